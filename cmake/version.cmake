# Run at each build: writes OUT when the commit or the state of the tree changed.  Definitions: OUT SOURCE VERSION COMPILER TYPE.
execute_process(COMMAND git rev-parse --short=12 HEAD WORKING_DIRECTORY ${SOURCE}
    OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed)
    set(commit unknown)
else()
    execute_process(COMMAND git diff-index --quiet HEAD -- WORKING_DIRECTORY ${SOURCE} ERROR_QUIET RESULT_VARIABLE dirty)
    if(dirty)
        string(APPEND commit -dirty)
    endif()
endif()
file(CONFIGURE OUTPUT ${OUT} @ONLY CONTENT [[/* Made by cmake/version.cmake. */
#define CAD_VERSION_NUMBER "@VERSION@"
#define CAD_VERSION_COMMIT "@commit@"
#define CAD_VERSION_COMPILER "@COMPILER@"
#define CAD_VERSION_TYPE "@TYPE@"
#define CAD_VERSION_SOURCE "@SOURCE@"
]])
