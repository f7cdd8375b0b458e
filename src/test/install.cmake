# SPDX-License-Identifier: MIT
# The component Test of the package: find_package(QRepod COMPONENTS Test)

if(NOT QREPOD_INSTALL)
    # Inside another project it is built only if something links it.
    if(NOT PROJECT_IS_TOP_LEVEL)
        set_target_properties(QRepodTest PROPERTIES EXCLUDE_FROM_ALL ON)
    endif()
    return()
endif()

qrepod_install_library(QRepodTest QRepodTestTargets testkit)
qrepod_set_install_rpath(QRepodTest ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/QRepod/Test DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/QRepod
        COMPONENT dev)
install(EXPORT QRepodTestTargets NAMESPACE QRepod:: DESTINATION ${QREPOD_CMAKE_DIR} COMPONENT dev)
install(FILES QRepodTest.cmake DESTINATION ${QREPOD_CMAKE_DIR} COMPONENT dev)
