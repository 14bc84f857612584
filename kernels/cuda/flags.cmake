# What nvcc is told, for the build (objects.cmake) and for scripts/kernel_registers.py, which reads this file too.
set(CADLM_CUDA_ARCHS 80 90a CACHE STRING "Architectures with code in the binaries: 80 serves 8.x, 90a serves 9.0 alone")
set(CADLM_CUDA_FLAGS -std=c++17 -O3 -lineinfo --compress-mode=size --Werror=all-warnings -Xcompiler=-Wall,-Wextra,-fPIC,-fno-exceptions
    -D_GNU_SOURCE -Xptxas=-v)
# Beside the kernels of sources.cmake: what only a device needs.
set(CADLM_CUDA_RUNTIME
    memory_cuda.cu
    runtime_cuda.cu)
