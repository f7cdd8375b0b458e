// SPDX-License-Identifier: MIT
#pragma once

#include <utility>

namespace QRepod {

//! Ends a conversion: moves \a object to \a target, which is a T. Returns true.
template <class T>
bool assign(void *target, T object)
{
    *static_cast<T *>(target) = std::move(object);
    return true;
}

} // namespace QRepod
