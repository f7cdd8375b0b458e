# SPDX-License-Identifier: MIT
# A component of the package: a library of its own beside the main one.

# qrepod_install_component(Name RUNTIME component HEADERS name… [PARTS target…] [PKG_CONFIG])
#
# Installs the library QRepod<Name> for find_package(QRepod COMPONENTS Name). RUNTIME is the component
# that has what programs load. HEADERS are files and folders of include/QRepod. PARTS are other targets
# that only this one needs. With PKG_CONFIG, qrepod-<name>.pc.in is filled in.
function(qrepod_install_component name)
    cmake_parse_arguments(arg PKG_CONFIG RUNTIME "HEADERS;PARTS" ${ARGN})
    set(target QRepod${name})
    if(NOT QREPOD_INSTALL)
        # Inside another project it is built only if something links it.
        if(NOT PROJECT_IS_TOP_LEVEL)
            set_target_properties(${target} ${arg_PARTS} PROPERTIES EXCLUDE_FROM_ALL ON)
        endif()
        return()
    endif()

    qrepod_install_library(${target} ${target}Targets ${arg_RUNTIME})
    qrepod_set_install_rpath(${target} ${CMAKE_INSTALL_LIBDIR})
    install(EXPORT ${target}Targets NAMESPACE QRepod:: DESTINATION ${QREPOD_CMAKE_DIR} COMPONENT dev)
    install(FILES ${target}.cmake DESTINATION ${QREPOD_CMAKE_DIR} COMPONENT dev)

    foreach(header ${arg_HEADERS})
        set(header ${PROJECT_SOURCE_DIR}/include/QRepod/${header})
        set(kind FILES)
        if(IS_DIRECTORY ${header})
            set(kind DIRECTORY)
        endif()
        install(${kind} ${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/QRepod COMPONENT dev)
    endforeach()

    if(arg_PKG_CONFIG)
        string(TOLOWER ${name} name)
        configure_file(qrepod-${name}.pc.in qrepod-${name}.pc @ONLY)
        install(FILES ${CMAKE_CURRENT_BINARY_DIR}/qrepod-${name}.pc
                DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT dev)
    endif()
endfunction()
