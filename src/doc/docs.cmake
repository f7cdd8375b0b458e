# SPDX-License-Identifier: MIT
# The target docs: HTML in <build>/docs/html, and no warning; with Qt's qhelpgenerator also qrepod.qch, for
# Qt Creator and Qt Assistant. The target pictures: SVG from Graphviz.
find_package(Doxygen QUIET)
find_program(QHELPGENERATOR_EXECUTABLE qhelpgenerator
             HINTS ${QT6_INSTALL_PREFIX}/${QT6_INSTALL_LIBEXECS} DOC "qhelpgenerator of Qt 6")
if(DOXYGEN_FOUND)
    # The guides stand in the order in which they are read.
    set(docs_input src/doc/OVERVIEW.md src/doc/GETTING-STARTED.md src/doc/HANDLERS.md src/doc/REQUESTS.md
        src/doc/ROOMS.md src/doc/STATE.md src/doc/FRAME-LOOPS.md qml/README.md src/doc/BROWSERS.md src/doc/HOSTING.md
        src/doc/RUNNING.md src/doc/CLUSTER.md src/doc/SCALING.md src/doc/CONNECTIONS.md src/doc/LOGINS.md src/doc/SECURITY.md
        examples/testing/README.md src/doc/DIAGNOSTICS.md src/doc/PERFORMANCE.md src/doc/PORTING.md
        src/protocol/PROTOCOL.md src/client/STATE-MACHINE.md tests/benchmarks/README.md
        qml/qmlconnectionlistener.h qml/qmlserver.h qml/qmlchannel.h qml/qmlroom.h
        qml/channelmodel.h qml/roommodel.h qml/objectmodel.h qml/qmlsendmode.h qml/javascript.h
        qml/qmlreplica.h qml/qmlreplicamodel.h qml/interpolator.h qml/qmlcluster.h qml/qmlmetricspage.h)
    list(TRANSFORM docs_input PREPEND ${PROJECT_SOURCE_DIR}/)
    file(GLOB headers CONFIGURE_DEPENDS include/QRepod/*.h include/QRepod/Test/*.h)
    list(APPEND docs_input ${headers})
    list(TRANSFORM docs_input PREPEND "\"")
    list(TRANSFORM docs_input APPEND "\"")
    list(JOIN docs_input " " docs_input)
    set(docs_with_help NO)
    if(QHELPGENERATOR_EXECUTABLE)
        set(docs_with_help YES)
    endif()
    set(docs_warnings FAIL_ON_WARNINGS)
    if(QREPOD_DEBIAN_FLAGS) # packages are built with whichever Doxygen a system has
        set(docs_warnings NO)
    endif()
    configure_file(src/doc/Doxyfile.in Doxyfile @ONLY)
    # What is no page stands where the guides' links to it lead.
    set(docs_folder ${PROJECT_BINARY_DIR}/docs)
    add_custom_target(docs COMMAND Doxygen::doxygen ${PROJECT_BINARY_DIR}/Doxyfile
                      COMMAND ${CMAKE_COMMAND} -E copy README.md ${docs_folder}
                      COMMAND ${CMAKE_COMMAND} -E make_directory ${docs_folder}/examples/pong
                      COMMAND ${CMAKE_COMMAND} -E copy examples/pong/ponggame.h ${docs_folder}/examples/pong
                      WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} VERBATIM)
endif()

find_program(DOT_EXECUTABLE dot)
if(DOT_EXECUTABLE)
    add_custom_target(pictures VERBATIM)
    foreach(picture src/doc/architecture src/client/state-machine)
        add_custom_command(TARGET pictures COMMAND ${DOT_EXECUTABLE} -Tsvg
            -o ${PROJECT_SOURCE_DIR}/${picture}.svg ${PROJECT_SOURCE_DIR}/${picture}.dot VERBATIM)
    endforeach()
endif()
