# SPDX-License-Identifier: MIT
# The component Test defines QRepod::Test if Qt Test is available.
find_package(Qt6 6.2 QUIET COMPONENTS Test)
if(Qt6Test_FOUND)
    include(${CMAKE_CURRENT_LIST_DIR}/QRepodTestTargets.cmake)
    set(QRepod_Test_FOUND TRUE)
endif()
