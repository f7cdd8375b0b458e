// SPDX-License-Identifier: MIT
#include "protocol/message.h"

#include "protocol/variantbuilder.h"

namespace QRepod {

QVariantMap decodeMap(QByteArrayView payload, KeyCache &keys)
{
    VariantBuilder builder(keys);
    size_t offset = 0;
    msgpack::parse(payload.data(), size_t(payload.size()), offset, builder);
    return builder.take().toMap();
}

} // namespace QRepod
