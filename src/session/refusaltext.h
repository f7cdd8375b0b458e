// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qstring.h>

namespace QRepod {

//! Returns `"buy: sold out"`. A \a reason that names the action already stays as it is: a peer may
//! put it there itself.
inline QString refusalText(const QString &action, const QString &reason)
{
    const QString prefix = action + QLatin1String(": ");
    return reason.startsWith(prefix) ? reason : prefix + reason;
}

} // namespace QRepod
