# The CUDA back end, included by kernels/CMakeLists.txt where CADLM_CUDA is ON: an object of each source by nvcc, which CMake
# knows nothing of (enable_language would try compilers for seconds in each configuration), and the static runtime.  libcuda is
# never linked: the runtime loads the driver when it is first called, so a binary runs without one as well.
include(${CMAKE_CURRENT_LIST_DIR}/sources.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/flags.cmake)

find_program(CADLM_NVCC nvcc PATHS /usr/local/cuda/bin)
if(NOT CADLM_NVCC)
    message(FATAL_ERROR "CADLM_CUDA=ON: no nvcc; put it on the path, or give -DCADLM_NVCC=/usr/local/cuda/bin/nvcc")
endif()
# nvcc may be a script that calls the real one: it tells where its toolkit lies.
execute_process(COMMAND ${CADLM_NVCC} --dryrun -c -x cu /dev/null OUTPUT_VARIABLE dry ERROR_VARIABLE dry)
string(REGEX MATCH "TOP=([^\n]+)" found "${dry}")
set(toolkit "${CMAKE_MATCH_1}")
execute_process(COMMAND ${CADLM_NVCC} --version OUTPUT_VARIABLE version ERROR_QUIET)
string(REGEX MATCH "release ([0-9.]+)" found "${version}")
set(CADLM_CUDA_VERSION ${CMAKE_MATCH_1})
if(NOT toolkit OR NOT CADLM_CUDA_VERSION)
    message(FATAL_ERROR "CADLM_CUDA=ON: CADLM_NVCC=${CADLM_NVCC} does not run, or is no nvcc")
endif()
if(NOT CADLM_CUDA_ARCHS OR NOT "${CADLM_CUDA_ARCHS}" MATCHES "^([89][0-9]|1[0-9][0-9])a?(;([89][0-9]|1[0-9][0-9])a?)*$")
    message(FATAL_ERROR "CADLM_CUDA_ARCHS=${CADLM_CUDA_ARCHS}: expected numbers of compute capability from 80, such as 80;90a")
endif()
find_library(CADLM_CUDART cudart_static HINTS ${toolkit} PATH_SUFFIXES lib64 lib targets/x86_64-linux/lib)
if(NOT CADLM_CUDART)
    message(FATAL_ERROR "CADLM_CUDA=ON: no libcudart_static.a below ${toolkit}")
endif()
find_path(CADLM_CUDA_INCLUDE cuda_runtime_api.h HINTS ${toolkit} PATH_SUFFIXES include targets/x86_64-linux/include)
message(STATUS "CUDA ${CADLM_CUDA_VERSION}: code for ${CADLM_CUDA_ARCHS}")

set(gencode "")
foreach(arch ${CADLM_CUDA_ARCHS})
    list(APPEND gencode -gencode=arch=compute_${arch},code=sm_${arch})
endforeach()
string(REPLACE ";" "," archs "${CADLM_CUDA_ARCHS}")

# NAME.o, and beside it NAME.o.ptxas with registers and spills.
set(cuda_objects "")
foreach(source ${CADLM_CUDA_SOURCES} ${CADLM_CUDA_RUNTIME})
    set(object ${CMAKE_CURRENT_BINARY_DIR}/cuda/${source}.o)
    add_custom_command(OUTPUT ${object}
        COMMAND ${CMAKE_COMMAND} -P ${CMAKE_CURRENT_LIST_DIR}/compile.cmake -- ${object}.ptxas
            ${CADLM_CCACHE} ${CADLM_NVCC} ${CADLM_CUDA_FLAGS} ${gencode}
            "-DCADLM_CUDA_ARCHS=\"${archs}\"" -I${PROJECT_SOURCE_DIR} -MD -MF ${object}.d
            -c ${CMAKE_CURRENT_LIST_DIR}/${source} -o ${object}
        DEPENDS ${CMAKE_CURRENT_LIST_DIR}/${source}
        DEPFILE ${object}.d
        COMMENT "Building CUDA object kernels/cuda/${source}.o"
        VERBATIM)
    list(APPEND cuda_objects ${object})
endforeach()
