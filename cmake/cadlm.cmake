# The whole vocabulary: cad_library, cad_binary, cad_test, cad_script_test.  Sources are listed, never globbed.
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release)
endif()
set(CMAKE_C_FLAGS_RELEASE "-O3 -g1")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")

find_program(CADLM_CCACHE ccache)
if(CADLM_CCACHE)
    set(CMAKE_C_COMPILER_LAUNCHER ${CADLM_CCACHE})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CADLM_CCACHE})
endif()

# clang reads four of the warnings below wider than gcc: every float that meets a double, every format that is a variable, every
# integer that becomes a float, every initialiser that leaves members zero.
set(CADLM_CLANG_OPTIONS "")
if(CMAKE_C_COMPILER_ID MATCHES Clang)
    set(CADLM_CLANG_OPTIONS -Wno-double-promotion -Wno-format-nonliteral -Wno-implicit-int-float-conversion
        -Wno-missing-field-initializers)
endif()

# Warnings and hardening reach our own sources only: headers of others come as SYSTEM.
add_library(cad_flags INTERFACE)
target_compile_options(cad_flags INTERFACE
    -Wall -Wextra -Werror -Wshadow -Wconversion -Wvla -Wundef -Wformat=2
    $<$<COMPILE_LANGUAGE:C>:-Wdouble-promotion -Wstrict-prototypes -Wmissing-prototypes>
    ${CADLM_CLANG_OPTIONS} -fno-math-errno -ffp-contract=off -fstack-protector-strong)
target_compile_definitions(cad_flags INTERFACE _GNU_SOURCE
    $<$<AND:$<CONFIG:Release>,$<NOT:$<BOOL:${CADLM_SANITIZE}>>>:_FORTIFY_SOURCE=2>)
target_include_directories(cad_flags INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)
target_link_libraries(cad_flags INTERFACE Threads::Threads m)
if(CADLM_STATIC)
    target_link_options(cad_flags INTERFACE -static-libgcc -static-libstdc++)
endif()
if(CADLM_SANITIZE)
    target_compile_options(cad_flags INTERFACE -fsanitize=address,undefined -fno-omit-frame-pointer
        -fno-sanitize-recover=undefined)
    target_link_options(cad_flags INTERFACE -fsanitize=address,undefined)
endif()

if(CADLM_FUZZERS)
    target_compile_options(cad_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# Lines of the parsers are counted one by one, so they alone are built without optimisation.
if(CADLM_COVERAGE)
    file(STRINGS ${PROJECT_SOURCE_DIR}/tests/robust/parsers.txt CADLM_PARSERS REGEX "^[a-z].*[.]c$")
    target_link_options(cad_flags INTERFACE --coverage)
endif()

# cad_library(folder SOURCES .. USES lower-folders LINK external): static library cad_<folder>.
function(cad_library name)
    cmake_parse_arguments(A "" "" "SOURCES;USES;LINK" ${ARGN})
    add_library(cad_${name} STATIC ${A_SOURCES})
    foreach(source ${A_SOURCES})
        cmake_path(RELATIVE_PATH CMAKE_CURRENT_SOURCE_DIR BASE_DIRECTORY ${PROJECT_SOURCE_DIR} OUTPUT_VARIABLE folder)
        if("${folder}/${source}" IN_LIST CADLM_PARSERS)
            set_property(SOURCE ${source} APPEND PROPERTY COMPILE_OPTIONS -O0 -U_FORTIFY_SOURCE --coverage)
        endif()
    endforeach()
    foreach(lower ${A_USES})
        target_link_libraries(cad_${name} PUBLIC cad_${lower})
    endforeach()
    target_link_libraries(cad_${name} PUBLIC cad_flags ${A_LINK})
endfunction()

# cad_binary(name SOURCES .. USES folders): a command.
function(cad_binary name)
    cmake_parse_arguments(A "" "" "SOURCES;USES;LINK" ${ARGN})
    add_executable(${name} ${A_SOURCES})
    foreach(lower ${A_USES})
        target_link_libraries(${name} PRIVATE cad_${lower})
    endforeach()
    target_link_libraries(${name} PRIVATE cad_flags ${A_LINK})
endfunction()

# Tests that the dev preset builds and runs under the sanitizers in CI; all others run there by hand or at night.
add_custom_target(sanitized_tests)

# cad_test(folder.subject SOURCES .. USES folders [LABELS ..] [ARGS ..] [TIMEOUT s]): one cmocka program, one CTest entry.
# Labels: ci (default), and beside it sanitize (also run in preset dev), minimal (also run in preset minimal), nightly, slow.
function(cad_test name)
    cmake_parse_arguments(A "" "TIMEOUT" "SOURCES;USES;LINK;LABELS;ARGS" ${ARGN})
    string(REPLACE "." "_" target test_${name})
    add_executable(${target} ${A_SOURCES})
    foreach(lower ${A_USES})
        target_link_libraries(${target} PRIVATE cad_${lower})
    endforeach()
    target_link_libraries(${target} PRIVATE cad_flags ext::cmocka ${A_LINK})
    add_test(NAME ${name} COMMAND ${target} ${A_ARGS})
    if("sanitize" IN_LIST A_LABELS)
        add_dependencies(sanitized_tests ${target})
    endif()
    cad_test_properties(${name} "${A_LABELS}" "${A_TIMEOUT}")
endfunction()

# cad_script_test(name COMMAND .. [LABELS ..] [TIMEOUT s]): a shell or python test of the tree or of the binaries.
function(cad_script_test name)
    cmake_parse_arguments(A "" "TIMEOUT" "COMMAND;LABELS" ${ARGN})
    add_test(NAME ${name} COMMAND ${A_COMMAND} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
    cad_test_properties(${name} "${A_LABELS}" "${A_TIMEOUT}")
endfunction()

function(cad_test_properties name labels timeout)
    if(NOT labels)
        set(labels ci)
    endif()
    if(NOT timeout)
        set(timeout 120)
    endif()
    if(CADLM_SANITIZE)
        math(EXPR timeout "10 * ${timeout}") # a limit for what hangs, not for what is slow
    endif()
    set_tests_properties(${name} PROPERTIES LABELS "${labels}" TIMEOUT ${timeout} SKIP_RETURN_CODE 77
        ENVIRONMENT "CADLM_SOURCE=${PROJECT_SOURCE_DIR};CADLM_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
    if(CADLM_SANITIZE)
        set_property(TEST ${name} APPEND PROPERTY ENVIRONMENT
            "LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/lsan.supp:print_suppressions=0")
    endif()
endfunction()
