# External libraries, each as one imported target ext::<name>; an absent optional one switches its folder off with one line.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(PNG REQUIRED)

function(cad_pkg name module)
    pkg_check_modules(EXT_${name} REQUIRED IMPORTED_TARGET GLOBAL ${module})
    add_library(ext::${name} ALIAS PkgConfig::EXT_${name})
endfunction()

cad_pkg(jansson jansson)
cad_pkg(inih inih)
cad_pkg(xxhash libxxhash)
cad_pkg(pcre2 libpcre2-8)
cad_pkg(utf8proc libutf8proc)
cad_pkg(openblas openblas)
if(CADLM_TESTS)
    cad_pkg(cmocka cmocka)
endif()

# HDF5: Debian keeps the serial flavour beside others; pkg-config knows it as "hdf5" (or "hdf5-serial").
pkg_search_module(EXT_hdf5 REQUIRED IMPORTED_TARGET GLOBAL hdf5 hdf5-serial)
add_library(ext::hdf5 ALIAS PkgConfig::EXT_hdf5)

set(CADLM_HAVE_OCCT OFF)
if(CADLM_OCCT)
    find_package(OpenCASCADE QUIET)
    if(OpenCASCADE_FOUND)
        set(CADLM_HAVE_OCCT ON)
        add_library(cad_ext_occt INTERFACE)
        target_include_directories(cad_ext_occt SYSTEM INTERFACE ${OpenCASCADE_INCLUDE_DIR})
        # Files, not the package's targets: those also ask for development files (TBB, X11) that nothing here needs.
        # Named by hand: the full list would load libraries that nothing here calls.
        foreach(lib TKSTEP TKSTEPBase TKXSBase TKSTEPAttr TKSTEP209 TKFillet TKOffset TKFeat TKBool TKBO TKShHealing
                    TKMesh TKPrim TKTopAlgo TKGeomAlgo TKBRep TKGeomBase TKG3d TKG2d TKMath TKernel)
            find_library(CADLM_${lib} ${lib} PATHS ${OpenCASCADE_LIBRARY_DIR} NO_DEFAULT_PATH REQUIRED)
            mark_as_advanced(CADLM_${lib})
            target_link_libraries(cad_ext_occt INTERFACE ${CADLM_${lib}})
        endforeach()
        add_library(ext::occt ALIAS cad_ext_occt)
        message(STATUS "OCCT ${OpenCASCADE_VERSION}")
    else()
        message(STATUS "OCCT not found: cad/occt is left out; shapes, renders and scores will exit 69")
    endif()
endif()
