// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qstring.h>

#include <type_traits>

namespace QRepod {

//! Lets `send("jump")` stand beside `send({{"action", "jump"}})`: a function template with this
//! among its parameters takes whatever converts to a QString, and never a list in braces.
template <class Text>
using IfText = std::enable_if_t<std::is_convertible_v<const Text &, QString>, bool>;

} // namespace QRepod
