// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qstring.h>

#include <type_traits>

namespace QRepod {

//! Lets `send("jump")` coexist with `send({{"action", "jump"}})`: a function template with this
//! parameter takes anything that converts to a QString, but never a list in braces.
template <class Text>
using IfText = std::enable_if_t<std::is_convertible_v<const Text &, QString>, bool>;

} // namespace QRepod
