// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qvariant.h>

#include <functional>
#include <vector>

namespace QRepod {

//! A message of the action `_state` that is over the limits, split into several within them.
struct StateParts
{
    //! Returns whether a message with these \a fields can be sent.
    using Fits = std::function<bool(const QVariantMap &fields)>;

    //! Halves \a fields until each part fits.
    static StateParts of(const QVariantMap &fields, const Fits &fits);

    std::vector<QVariantMap> messages; ///< fields, in order; all but the last have `more`
    bool isComplete = true;            ///< false if a value was too large by itself, and left out
};

} // namespace QRepod
