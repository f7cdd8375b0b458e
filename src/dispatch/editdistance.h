// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearrayview.h>

namespace QRepod {

//! Returns the Levenshtein distance of \a a and \a b: how many letters to add, remove or replace.
//! Ignores case. Takes time proportional to the product of the lengths.
qsizetype editDistance(QByteArrayView a, QByteArrayView b);

} // namespace QRepod
