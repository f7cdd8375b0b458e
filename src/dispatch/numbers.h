// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/value.h"

#include <bit>
#include <cmath>
#include <concepts>
#include <limits>
#include <type_traits>
#include <utility>

namespace QRepod {

/// \file
/// A number fits a type that holds it exactly. Only `float` takes every number in its range and
/// rounds it, because peers that only know `double` have no other way to say 0.1.

//! The first whole number above the range of \a Integer: a power of two, so exact.
template <std::integral Integer>
constexpr double upperBound = 2.0
    * double(quint64(1) << (std::numeric_limits<Integer>::digits - 1));

template <std::integral Integer>
constexpr double lowerBound = std::is_signed_v<Integer> ? -upperBound<Integer> : 0.0;

template <std::integral Integer>
bool toNumber(const Value &value, void *target)
{
    const auto assign = [target](auto number) {
        *static_cast<Integer *>(target) = Integer(number);
        return true;
    };
    switch (value.kind()) {
    case Value::Kind::Integer:
        return std::in_range<Integer>(value.toInteger()) && assign(value.toInteger());
    case Value::Kind::Unsigned:
        return std::in_range<Integer>(value.toUnsigned()) && assign(value.toUnsigned());
    case Value::Kind::Real: {
        const double real = value.toReal();
        return real >= lowerBound<Integer> && real < upperBound<Integer> && real == std::trunc(real)
            && assign(real);
    }
    default:
        return false;
    }
}

//! Returns whether a `double` holds an integer of this \a magnitude exactly. It counts bits: on a
//! processor that computes with more bits than a `double` has, a comparison proves nothing.
constexpr bool isExactDouble(quint64 magnitude)
{
    return magnitude == 0
        || int(std::bit_width(magnitude)) - std::countr_zero(magnitude)
        <= std::numeric_limits<double>::digits;
}

template <std::floating_point Real>
bool toNumber(const Value &value, void *target)
{
    const auto assign = [target](auto number) {
        *static_cast<Real *>(target) = Real(number);
        return true;
    };
    constexpr bool rounds = std::is_same_v<Real, float>;
    switch (value.kind()) {
    case Value::Kind::Integer: {
        const qint64 number = value.toInteger();
        const quint64 magnitude = number < 0 ? 0 - quint64(number) : quint64(number);
        return (rounds || isExactDouble(magnitude)) && assign(number);
    }
    case Value::Kind::Unsigned:
        return (rounds || isExactDouble(value.toUnsigned())) && assign(value.toUnsigned());
    case Value::Kind::Real: {
        const double real = value.toReal();
        const bool inRange = std::abs(real) <= double(std::numeric_limits<Real>::max());
        return (inRange || !std::isfinite(real)) && assign(real);
    }
    default:
        return false;
    }
}

} // namespace QRepod
