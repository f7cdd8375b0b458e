// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qstring.h>

namespace QRepod {

//! The serialization of an origin by RFC 6454, section 6.2: `https://game.example`, in lower case,
//! international names in ASCII, with the port unless it is the scheme's. A `/` behind it is left
//! out. `null`, as browsers call the origin of a file, stays as it is.
///
/// \return an empty text if \a origin is none: without a scheme or a host, with a path or a user.
QString normalizedOrigin(const QString &origin);

} // namespace QRepod
