# usage: cmake -P compile.cmake -- LOG COMMAND..: runs a compiler whose assembler tells registers and spills, keeps what is said in
# LOG, and prints it only where it is more than that.  A warning of the assembler is an error, as those of the compiler are.
set(command "")
foreach(i RANGE 5 ${CMAKE_ARGC})
    if(i LESS CMAKE_ARGC)
        list(APPEND command "${CMAKE_ARGV${i}}")
    endif()
endforeach()
execute_process(COMMAND ${command} OUTPUT_VARIABLE said ERROR_VARIABLE said RESULT_VARIABLE failed)
file(WRITE ${CMAKE_ARGV4} "${said}")
if(failed OR said MATCHES "[Ww]arning")
    string(REGEX REPLACE "(ptxas info[^\n]*|    [0-9]+ bytes stack[^\n]*)\n" "" said "${said}")
    message(FATAL_ERROR "${said}")
endif()
