// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qvariant.h>

#include <functional>
#include <vector>

namespace QRepod {

//! A message of the action `_state` that is over the limits, as several that are within them.
struct StateParts
{
    //! Whether a message with these fields can be sent.
    using Fits = std::function<bool(const QVariantMap &fields)>;

    //! Cuts \a fields into halves until each part fits.
    static StateParts of(const QVariantMap &fields, const Fits &fits);

    std::vector<QVariantMap> messages; ///< their fields, in order; all but the last have `more`
    bool isComplete = true;            ///< false: a value is too large alone, and has been left out
};

} // namespace QRepod
