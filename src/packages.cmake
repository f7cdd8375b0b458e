# SPDX-License-Identifier: MIT
# Debian packages: cmake --preset package, cmake --build --preset package,
# (cd build/package && cpack).
# Where files go below /usr is decided when CMake configures, so the prefix has to be /usr by then.

if(NOT CMAKE_INSTALL_PREFIX STREQUAL "/usr" OR NOT BUILD_SHARED_LIBS)
    return()
endif()

set(QREPOD_MAINTAINER "The QRepod authors <maintainers@qrepod.invalid>" CACHE STRING
    "Who answers for the packages")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME qrepod)
set(CPACK_PACKAGE_VENDOR "The QRepod authors")
set(CPACK_PACKAGE_CONTACT ${QREPOD_MAINTAINER})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
# Tells what is built with a library which package it needs; an exact one, as long as the ABI may change.
# CPack adds scripts that run ldconfig; with the trigger dpkg knows of it, too.
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY =)
# What a file needs of the system is found in the file; of our own packages it is said below.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR}/src ${PROJECT_BINARY_DIR}/src/test
    ${PROJECT_BINARY_DIR}/src/cluster ${PROJECT_BINARY_DIR}/src/monitor ${PROJECT_BINARY_DIR}/src/websocket)

file(WRITE ${PROJECT_BINARY_DIR}/triggers "activate-noawait ldconfig\n")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_EXTRA ${PROJECT_BINARY_DIR}/triggers)
set(CPACK_DEBIAN_TESTKIT_PACKAGE_CONTROL_EXTRA ${PROJECT_BINARY_DIR}/triggers)
set(CPACK_DEBIAN_CLUSTER_PACKAGE_CONTROL_EXTRA ${PROJECT_BINARY_DIR}/triggers)
set(CPACK_DEBIAN_MONITOR_PACKAGE_CONTROL_EXTRA ${PROJECT_BINARY_DIR}/triggers)
set(CPACK_DEBIAN_WEBSOCKET_PACKAGE_CONTROL_EXTRA ${PROJECT_BINARY_DIR}/triggers)

# What Debian wants compressed: the changelogs of each package, and manual pages.
find_program(GZIP_EXECUTABLE gzip REQUIRED)
set(changelogs ${PROJECT_BINARY_DIR}/changelogs)
string(TIMESTAMP now "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE ${changelogs}/changelog.Debian
"qrepod (${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}) unstable; urgency=medium

  * Version ${PROJECT_VERSION}; what is new in it is told in changelog.gz.

 -- ${QREPOD_MAINTAINER}  ${now}
")
configure_file(CHANGELOG.md ${changelogs}/changelog COPYONLY)
execute_process(COMMAND ${GZIP_EXECUTABLE} --best --no-name --force changelog changelog.Debian
                WORKING_DIRECTORY ${changelogs} COMMAND_ERROR_IS_FATAL ANY)
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/compressmanual.cmake @ONLY CONTENT [[
file(GLOB_RECURSE pages "${CPACK_TEMPORARY_DIRECTORY}/*/usr/share/man/*.1")
if(pages)
    execute_process(COMMAND @GZIP_EXECUTABLE@ --best --no-name ${pages} COMMAND_ERROR_IS_FATAL ANY)
endif()
]])
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_BINARY_DIR}/compressmanual.cmake)

set(CPACK_COMPONENTS_ALL)

# One package: qrepod_add_package(component name SECTION section DEPENDS "packages" DESCRIPTION text)
macro(qrepod_add_package component package)
    cmake_parse_arguments(arg "" "SECTION;DEPENDS;DESCRIPTION" "" ${ARGN})
    string(TOUPPER ${component} upper)
    list(APPEND CPACK_COMPONENTS_ALL ${component})
    set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${package})
    set(CPACK_DEBIAN_${upper}_PACKAGE_SECTION ${arg_SECTION})
    set(CPACK_DEBIAN_${upper}_PACKAGE_DEPENDS "${arg_DEPENDS}")
    set(CPACK_DEBIAN_${upper}_DESCRIPTION "${arg_DESCRIPTION}")
    install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package} RENAME copyright
            COMPONENT ${component})
    install(FILES ${changelogs}/changelog.gz ${changelogs}/changelog.Debian.gz
            DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package} COMPONENT ${component})
endmacro()

set(version "(= ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})")
set(runtime libqrepod${QREPOD_SOVERSION})
set(testkit libqrepodtest${QREPOD_SOVERSION})
set(cluster libqrepodcluster${QREPOD_SOVERSION})
set(monitor libqrepodmonitor${QREPOD_SOVERSION})
set(websocket libqrepodwebsocket${QREPOD_SOVERSION})

qrepod_add_package(runtime ${runtime} SECTION libs
    DESCRIPTION "The library that games load.")

set(dev_depends "${runtime} ${version}, qt6-base-dev (>= 6.2)")
if(TARGET QRepodTest)
    qrepod_add_package(testkit ${testkit} SECTION libs
        DEPENDS "${runtime} ${version}"
        DESCRIPTION "The library QRepod::Test, for the tests of games.")
    string(APPEND dev_depends ", ${testkit} ${version}")
endif()

foreach(library Cluster Monitor)
    string(TOLOWER ${library} component)
    if(TARGET QRepod${library})
        string(APPEND dev_depends ", ${${component}} ${version}")
    endif()
endforeach()
if(TARGET QRepodWebSocket)
    qrepod_add_package(websocket ${websocket} SECTION libs
        DEPENDS "${runtime} ${version}"
        DESCRIPTION "The library QRepod::WebSocket, which lets browsers into games.")
    string(APPEND dev_depends ", ${websocket} ${version}")
endif()

qrepod_add_package(dev libqrepod-dev SECTION libdevel
    DEPENDS "${dev_depends}"
    DESCRIPTION "What games are built with: headers, CMake package and pkg-config file.")

if(TARGET QRepodCluster)
    qrepod_add_package(cluster ${cluster} SECTION libs
        DEPENDS "${runtime} ${version}"
        DESCRIPTION "The library QRepod::Cluster, for games on several servers.")
endif()

if(TARGET QRepodMonitor)
    qrepod_add_package(monitor ${monitor} SECTION libs
        DEPENDS "${runtime} ${version}"
        DESCRIPTION "The library QRepod::Monitor, a page about a server.")
endif()

if(TARGET QRepodQml)
    # That of Debian 12 imports the last two, but does not depend on them.
    set(qtqml "qml6-module-qtqml, qml6-module-qtqml-models, qml6-module-qtqml-workerscript")
    qrepod_add_package(qml qml6-module-qrepod SECTION libs
        DEPENDS "${runtime} ${version}, ${qtqml}"
        DESCRIPTION "What `import QRepod` in QML loads.")
endif()

if(TARGET repodcat)
    qrepod_add_package(tools qrepod-tools SECTION utils
        DEPENDS "${runtime} ${version}"
        DESCRIPTION "repodcat sends, receives, records and replays the messages of a game.")
endif()

if(TARGET docs AND QHELPGENERATOR_EXECUTABLE)
    set_target_properties(docs PROPERTIES EXCLUDE_FROM_ALL OFF)
    qrepod_add_package(doc libqrepod-doc SECTION doc
        DESCRIPTION "The documentation, for a browser and for Qt Creator, and the examples.")
    set(CPACK_DEBIAN_DOC_PACKAGE_ARCHITECTURE all)
    set(docs ${CMAKE_INSTALL_DATADIR}/doc/libqrepod-doc)
    install(DIRECTORY ${PROJECT_BINARY_DIR}/docs/ DESTINATION ${docs} COMPONENT doc)
    install(DIRECTORY examples DESTINATION ${docs} COMPONENT doc PATTERN quickstart.sh EXCLUDE)
    install(FILES ${PROJECT_BINARY_DIR}/qrepod.qch DESTINATION ${QT6_INSTALL_DOCS} COMPONENT doc)
else()
    message(STATUS "Doxygen or Qt's qhelpgenerator was not found: no package with the documentation")
endif()

include(CPack)
