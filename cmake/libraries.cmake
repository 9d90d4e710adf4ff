# The libraries that frieze stands on, found by pkg-config but for giflib, as one target to link.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

pkg_check_modules(libraries REQUIRED IMPORTED_TARGET
    sdl2 SDL2_image SDL2_ttf libjpeg libpng libexif jansson fontconfig libutf8proc)

find_package(GIF 5 REQUIRED) # giflib brings no .pc file on most systems

add_library(frieze_libraries INTERFACE)
target_link_libraries(frieze_libraries INTERFACE PkgConfig::libraries GIF::GIF Threads::Threads m)
