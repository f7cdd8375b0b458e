// SPDX-License-Identifier: MIT
#include "cluster/engine.h"

#include "cluster/memoryengine.h"
#include "cluster/redisengine.h"

namespace QRepod {

std::unique_ptr<Engine> Engine::create(const QUrl &url, QString *error)
{
    const QString scheme = url.scheme();
    if (scheme == QLatin1String("memory") && !url.host().isEmpty())
        return std::make_unique<MemoryEngine>(url.host());
    const bool isEncrypted = scheme == QLatin1String("rediss");
    if ((isEncrypted || scheme == QLatin1String("redis")) && !url.host().isEmpty()) {
        const std::optional<RedisEndpoint> endpoint = RedisEndpoint::of(url, error);
        return endpoint ? std::make_unique<RedisEngine>(*endpoint) : nullptr;
    }
    *error = QStringLiteral("%1: expected redis://host:port, rediss://host:port or "
                            "memory://name")
                 .arg(url.toDisplayString(QUrl::RemovePassword));
    return nullptr;
}

} // namespace QRepod
