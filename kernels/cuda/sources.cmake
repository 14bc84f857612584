# The CUDA sources that both compilers read: nvcc (kernels/cuda) and the host's (kernels/emu).
set(CADLM_CUDA_SOURCES
    table_cuda.cu
    rmsnorm_cuda.cu
    copy_cuda.cu
    embed_cuda.cu
    rope_cuda.cu
    sums_cuda.cu
    linear_bwd_w_cuda.cu
    swiglu_cuda.cu
    linear_cuda.cu
    lora_bwd_cuda.cu
    lora_cuda.cu
    logits_cuda.cu
    nf4_cuda.cu
    sample_cuda.cu
    missing_cuda.cu)
