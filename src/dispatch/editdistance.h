// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearrayview.h>

namespace QRepod {

//! How many letters have to be added, removed or replaced to make \a b of \a a (Levenshtein);
//! upper and lower case are the same. Takes time for each pair of letters.
qsizetype editDistance(QByteArrayView a, QByteArrayView b);

} // namespace QRepod
