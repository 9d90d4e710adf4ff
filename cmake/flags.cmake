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
