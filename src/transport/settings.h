// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/limits.h"

#include <QtNetwork/qtnetworkglobal.h>
#if QT_CONFIG(ssl)
#    include <QtNetwork/qsslconfiguration.h>
#endif

#include <optional>

namespace QRepod {

//! What the owner of a connection can set; sizes are in bytes, times in milliseconds.
struct ConnectionSettings
{
    MessageLimits message;
    qint64 receiveBacklog = 64 * 1024 * 1024; ///< received and not yet pumped
    qint64 sendBacklog = 64 * 1024 * 1024;    ///< sent and not yet written
    qint64 readSize = 64 * 1024; ///< read at once, and so one batch: cheap locks and wake-ups
    int connectTimeout = 10'000; ///< with TLS, its handshake included
    int closeTimeout = 3'000;
    int heartbeatInterval = 5'000; ///< 0: none
    int idleTimeout = 15'000;      ///< 0: none
#if QT_CONFIG(ssl)
    std::optional<QSslConfiguration> tls; ///< unset: plain TCP
#endif

#if QT_CONFIG(ssl)
    QSslConfiguration sslConfiguration() const
    {
        return tls.value_or(QSslConfiguration());
    }

    void setSslConfiguration(const QSslConfiguration &configuration)
    {
        tls = configuration.isNull() ? std::nullopt : std::optional(configuration);
    }
#endif

    bool isEncrypted() const
    {
#if QT_CONFIG(ssl)
        return tls.has_value();
#else
        return false;
#endif
    }
};

} // namespace QRepod
