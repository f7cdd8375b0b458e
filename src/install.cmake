# SPDX-License-Identifier: MIT
# What `cmake --install` copies. Everything in it finds its neighbours by relative paths, so the
# installed tree can be moved. Its components are those of the packages: runtime, testkit, cluster,
# monitor, dev, qml and tools.

if(NOT QREPOD_INSTALL)
    return()
endif()

include(CMakePackageConfigHelpers)

set(QREPOD_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/QRepod)

# Lets the installed `target` of the folder `directory` find the library. Below /usr the system does.
function(qrepod_set_install_rpath target directory)
    if(BUILD_SHARED_LIBS AND NOT CMAKE_INSTALL_PREFIX STREQUAL "/usr")
        file(RELATIVE_PATH to_library ${CMAKE_INSTALL_PREFIX}/${directory} ${CMAKE_INSTALL_FULL_LIBDIR})
        set(here $ORIGIN)
        if(APPLE)
            set(here @loader_path)
        endif()
        set_target_properties(${target} PROPERTIES INSTALL_RPATH ${here}/${to_library})
    endif()
endfunction()

# Installs the library `target` and exports it as one of `export`: what programs load is of the
# component `runtime`, what they are built with of dev.
function(qrepod_install_library target export runtime)
    install(TARGETS ${target} EXPORT ${export}
            RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT ${runtime}
            LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT ${runtime} NAMELINK_COMPONENT dev
            ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev)
endfunction()

qrepod_install_library(QRepod QRepodTargets runtime)
# What belongs to a component of the library is installed with that.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/QRepod DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        COMPONENT dev PATTERN Test EXCLUDE PATTERN "[Cc]luster*" EXCLUDE
        PATTERN "[Mm]etrics[Pp]age*" EXCLUDE PATTERN "[Ww]eb[Ss]ocket*" EXCLUDE PATTERN "qrepod_*_global.h" EXCLUDE)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT dev)

# find_package(QRepod)
install(EXPORT QRepodTargets NAMESPACE QRepod:: DESTINATION ${QREPOD_CMAKE_DIR} COMPONENT dev)
configure_package_config_file(QRepodConfig.cmake.in QRepodConfig.cmake
                              INSTALL_DESTINATION ${QREPOD_CMAKE_DIR})
# What a program written for 0.1 does, it does with later versions, once it is compiled anew.
write_basic_package_version_file(QRepodConfigVersion.cmake COMPATIBILITY SameMajorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/QRepodConfig.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/QRepodConfigVersion.cmake
        DESTINATION ${QREPOD_CMAKE_DIR} COMPONENT dev)

# pkg-config
set(pc_dir ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH pc_prefix ${pc_dir} ${CMAKE_INSTALL_PREFIX})
file(RELATIVE_PATH pc_libdir ${CMAKE_INSTALL_PREFIX} ${CMAKE_INSTALL_FULL_LIBDIR})
file(RELATIVE_PATH pc_includedir ${CMAKE_INSTALL_PREFIX} ${CMAKE_INSTALL_FULL_INCLUDEDIR})
string(REGEX REPLACE "/$" "" pc_prefix ${pc_prefix})
set(pc_cflags)
if(NOT BUILD_SHARED_LIBS)
    set(pc_cflags " -DQREPOD_STATIC")
endif()
configure_file(qrepod.pc.in qrepod.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/qrepod.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
        COMPONENT dev)
