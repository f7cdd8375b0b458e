// SPDX-License-Identifier: MIT
#include "protocol/message.h"

#include "protocol/variantreader.h"

namespace QRepod {

QVariantMap decodeMap(QByteArrayView payload, KeyCache &keys)
{
    Walker walker(payload);
    const Walker::Token map = walker.next();
    return VariantReader(walker, keys).readMap(map.count);
}

} // namespace QRepod
