# SPDX-License-Identifier: MIT
# The component Test of the package: find_package(QRepod COMPONENTS Test)

if(NOT QREPOD_INSTALL)
    # Inside another project it is built only if something links it.
    if(NOT PROJECT_IS_TOP_LEVEL)
        set_target_properties(QRepodTest PROPERTIES EXCLUDE_FROM_ALL ON)
    endif()
    return()
endif()

install(TARGETS QRepodTest EXPORT QRepodTestTargets
        RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/QRepod/Test DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/QRepod)
install(EXPORT QRepodTestTargets NAMESPACE QRepod:: DESTINATION ${QREPOD_CMAKE_DIR})
install(FILES QRepodTest.cmake DESTINATION ${QREPOD_CMAKE_DIR})
