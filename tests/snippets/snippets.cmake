# SPDX-License-Identifier: MIT
# The code of a document, compiled or linted. Before each block stands how:
#   <!-- compiled: name.cpp -->           a whole file
#   <!-- run: name.cpp -->                a program that ends by itself, and with success
#   <!-- compiled if Quick: name.cpp -->  linked with Qt6::Quick, or QRepod::Test, if that is there
#   <!-- body: name.cpp -->               what a function does that has a `game` and a `server`; see prelude.h
#   <!-- linted: Name.qml -->             a QML file

# The first block of `language` in the variable `text` and what is written before it, as snippet_kind,
# snippet_name and snippet_code; the text goes on behind it. snippet_code is empty when there is none.
macro(qrepod_next_snippet document language)
    set(snippet_code)
    string(FIND "${text}" "\n```${language}\n" position)
    if(NOT position EQUAL -1)
        string(SUBSTRING "${text}" 0 ${position} before)
        if(NOT before MATCHES "<!-- ([a-zA-Z ]+): ([a-zA-Z]+)\\.(cpp|qml) -->$")
            message(FATAL_ERROR "${document}: nothing says how a block of ${language} is checked, see "
                                "tests/snippets/snippets.cmake. It stands behind: ${before}")
        endif()
        set(snippet_kind ${CMAKE_MATCH_1})
        set(snippet_name ${CMAKE_MATCH_2})
        string(LENGTH "\n```${language}\n" length)
        math(EXPR position "${position} + ${length}")
        string(SUBSTRING "${text}" ${position} -1 text)
        string(FIND "${text}" "\n```\n" end)
        string(SUBSTRING "${text}" 0 ${end} snippet_code)
        string(SUBSTRING "${text}" ${end} -1 text)
    endif()
endmacro()

# A program in a document is short: its handlers name parameters that they do not use.
add_library(snippet_warnings INTERFACE)
target_compile_options(snippet_warnings INTERFACE -Wno-unused-parameter)

function(qrepod_compile_snippet document)
    set(library QRepod::QRepod)
    if(snippet_kind MATCHES "^([a-z]+) if ([a-zA-Z]+)$")
        set(snippet_kind ${CMAKE_MATCH_1})
        set(library QRepod::${CMAKE_MATCH_2})
        if(CMAKE_MATCH_2 STREQUAL Quick)
            set(library Qt6::Quick)
        endif()
        if(NOT TARGET ${library})
            return()
        endif()
    endif()
    if(snippet_kind STREQUAL body)
        set(snippet_code "#include \"prelude.h\"\n\nvoid ${snippet_name}(QRepod::ConnectionListener &game, \
QRepod::Server &server);\n\nvoid ${snippet_name}([[maybe_unused]] QRepod::ConnectionListener &game, \
[[maybe_unused]] QRepod::Server &server)\n{\n${snippet_code}\n}")
    endif()

    set(source ${CMAKE_CURRENT_BINARY_DIR}/${snippet_name}.cpp)
    file(CONFIGURE OUTPUT ${source} CONTENT "${snippet_code}\n" @ONLY)
    set(target snippet_${snippet_name})
    if(snippet_kind STREQUAL run)
        add_executable(${target} ${source})
        add_test(NAME ${target} COMMAND ${target})
    elseif(snippet_kind STREQUAL compiled OR snippet_kind STREQUAL body)
        add_library(${target} OBJECT ${source})
    else()
        message(FATAL_ERROR "${document}: ${snippet_kind} is no way to check C++")
    endif()
    target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
    target_link_libraries(${target} PRIVATE QRepod::QRepod ${library}
                          qrepod_warnings snippet_warnings) # in this order
endfunction()

# Checks every block of C++ and QML in `document`.
function(qrepod_check_snippets document)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${document})
    file(READ ${document} whole)
    set(text "${whole}")
    qrepod_next_snippet(${document} cpp)
    while(snippet_code)
        qrepod_compile_snippet(${document})
        qrepod_next_snippet(${document} cpp)
    endwhile()
    if(NOT TARGET QRepodQml)
        return()
    endif()
    set(text "${whole}")
    qrepod_next_snippet(${document} qml)
    while(snippet_code)
        file(CONFIGURE OUTPUT ${snippet_name}.qml CONTENT "${snippet_code}\n" @ONLY)
        qrepod_add_qmllint_tests(snippet IMPORTS ${PROJECT_BINARY_DIR}/qml
                                 FILES ${CMAKE_CURRENT_BINARY_DIR}/${snippet_name}.qml)
        qrepod_next_snippet(${document} qml)
    endwhile()
endfunction()
