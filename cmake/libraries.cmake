# The libraries that frieze stands on, found by pkg-config but for giflib, as one target to link.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

pkg_check_modules(libraries REQUIRED IMPORTED_TARGET
    sdl2 SDL2_image SDL2_ttf libjpeg libpng zlib libwebp libwebpdemux libwebpmux libtiff-4>=4.5 lcms2 libexif expat sqlite3
    jansson libmd libseccomp>=2.5 fontconfig fribidi harfbuzz libutf8proc)

find_package(GIF 5 REQUIRED) # giflib brings no .pc file on most systems

add_library(frieze_libraries INTERFACE)
target_link_libraries(frieze_libraries INTERFACE PkgConfig::libraries GIF::GIF Threads::Threads m)

# Counters of 64 bits are calls of libatomic where the machine has nothing for them: ARMv6, for which Raspberry Pi OS of 32 bits is built.
include(CheckCSourceCompiles)
check_c_source_compiles("#include <stdatomic.h>
    _Atomic unsigned long long n;
    int main(void) { return atomic_fetch_add(&n, 1) == atomic_load(&n); }" FRIEZE_COUNTS_BY_ITSELF)
if(NOT FRIEZE_COUNTS_BY_ITSELF)
    target_link_libraries(frieze_libraries INTERFACE atomic)
endif()

# Those of src/image/heavy/, which the program has in a shared object of its own.
add_library(frieze_heavy_libraries INTERFACE)

# A library that frieze can do without: ON insists on it, OFF leaves it out, AUTO takes it where it is; with HEAVY behind it, for
# src/image/heavy/ alone. FRIEZE_WITH_<NAME> is 1 or 0 in frieze_config.h.
function(frieze_with name module what)
    set(FRIEZE_WITH_${name} AUTO CACHE STRING "${what}: ON, OFF or AUTO")
    set_property(CACHE FRIEZE_WITH_${name} PROPERTY STRINGS ON OFF AUTO)
    set(has 0)
    if(FRIEZE_WITH_${name} STREQUAL "AUTO")
        pkg_check_modules(with_${name} IMPORTED_TARGET ${module})
    elseif(FRIEZE_WITH_${name})
        pkg_check_modules(with_${name} REQUIRED IMPORTED_TARGET ${module})
    endif()
    if(FRIEZE_WITH_${name} AND TARGET PkgConfig::with_${name})
        if("HEAVY" IN_LIST ARGN)
            target_link_libraries(frieze_heavy_libraries INTERFACE PkgConfig::with_${name})
        else()
            target_link_libraries(frieze_libraries INTERFACE PkgConfig::with_${name})
        endif()
        set(has 1)
    endif()
    set(FRIEZE_HAS_${name} ${has} PARENT_SCOPE)
endfunction()

frieze_with(HEIF libheif>=1.13 "HEIC and AVIF" HEAVY)
frieze_with(AVIF libavif>=0.11 "AVIF that is written or animated" HEAVY)
if(NOT FRIEZE_HAS_HEIF) # which reads its still picture
    set(FRIEZE_HAS_AVIF 0)
endif()
frieze_with(JXL libjxl>=0.7 "JPEG XL" HEAVY)
frieze_with(RAW libraw_r>=0.20 "RAW files of cameras" HEAVY)
if(FRIEZE_HAS_RAW) # LibRaw's own OpenMP is no option of ours: clang would want a library of its own for it
    get_target_property(options PkgConfig::with_RAW INTERFACE_LINK_OPTIONS)
    if(options)
        list(REMOVE_ITEM options -fopenmp)
        set_target_properties(PkgConfig::with_RAW PROPERTIES INTERFACE_LINK_OPTIONS "${options}")
    endif()
endif()
frieze_with(RSVG librsvg-2.0>=2.52 "SVG with all that belongs to it" HEAVY)
frieze_with(IPTC libiptcdata "captions in IPTC")
frieze_with(BROTLI libbrotlidec "metadata that JPEG XL keeps compressed")
