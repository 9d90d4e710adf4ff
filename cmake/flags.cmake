# The language, the warnings and the sanitizers, as one target to link.
# Nothing here replaces CFLAGS or LDFLAGS of the environment: all of it is added to them.
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON) # for clang-tidy and editors

add_library(frieze_flags INTERFACE)
target_compile_definitions(frieze_flags INTERFACE _GNU_SOURCE)
target_compile_options(frieze_flags INTERFACE
    -Wall -Wextra -Wshadow -Wconversion -Wvla -Wmissing-prototypes
    $<$<BOOL:${FRIEZE_WERROR}>:-Werror>
    -fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=) # __FILE__ tells no build path

# Files of 2 GB, inodes of 64 bits and times after 2037, where neither compiler nor system do so by themselves: 32-bit machines.
# A C library before 2.34 has no such times, and passes the wish over.
include(CheckTypeSize)
check_type_size(off_t FRIEZE_OFF_T LANGUAGE C)
check_type_size(time_t FRIEZE_TIME_T LANGUAGE C)
set(FRIEZE_WIDENED "")
if(FRIEZE_OFF_T LESS 8 OR FRIEZE_TIME_T LESS 8)
    set(FRIEZE_WIDENED _FILE_OFFSET_BITS=64 _TIME_BITS=64)
    target_compile_definitions(frieze_flags INTERFACE ${FRIEZE_WIDENED})
    # A time of the system's own size stands in the middle of LibRaw's structures.
    set_source_files_properties(${PROJECT_SOURCE_DIR}/src/image/heavy/raw.c PROPERTIES COMPILE_OPTIONS -U_TIME_BITS)
endif()

# FZ_DEBUG switches the thread-ownership assertions on.
target_compile_definitions(frieze_flags INTERFACE $<$<CONFIG:Debug>:FZ_DEBUG>)

if(FRIEZE_SANITIZE)
    target_compile_definitions(frieze_flags INTERFACE FZ_DEBUG)
    set(sanitize -fsanitize=${FRIEZE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_compile_options(frieze_flags INTERFACE ${sanitize})
    target_link_options(frieze_flags INTERFACE ${sanitize})
    # gcc refuses to vouch for fences under ThreadSanitizer; the stress tests run them all the same.
    if(CMAKE_C_COMPILER_ID STREQUAL "GNU" AND FRIEZE_SANITIZE MATCHES "thread")
        target_compile_options(frieze_flags INTERFACE -Wno-tsan)
    endif()
endif()
