// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qflags.h>

namespace QRepod {

//! A direction through a FaultProxy or a Recorder.
enum class Direction {
    ToServer = 1,
    ToClient = 2,
};
Q_DECLARE_FLAGS(Directions, Direction)
Q_DECLARE_OPERATORS_FOR_FLAGS(Directions)

//! Both directions: the default wherever a direction can be given.
inline constexpr Directions bothDirections = Directions(Direction::ToServer) | Direction::ToClient;

} // namespace QRepod
