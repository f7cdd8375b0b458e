# SPDX-License-Identifier: MIT
# The component Test defines QRepod::Test, if Qt's Test is there.
find_package(Qt6 6.2 QUIET COMPONENTS Test)
if(TARGET Qt6::Test)
    include(${CMAKE_CURRENT_LIST_DIR}/QRepodTestTargets.cmake)
endif()
