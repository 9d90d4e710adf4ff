# The libraries that frieze stands on, all found by pkg-config, as one target to link.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

pkg_check_modules(libraries REQUIRED IMPORTED_TARGET
    sdl2 SDL2_image SDL2_ttf libjpeg libpng libexif jansson fontconfig)

add_library(frieze_libraries INTERFACE)
target_link_libraries(frieze_libraries INTERFACE PkgConfig::libraries Threads::Threads m)
