// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/frame.h"
#include "protocol/limits.h"

#include <QtCore/qurl.h>
#include <QtNetwork/qtnetworkglobal.h>
#if QT_CONFIG(ssl)
#    include <QtNetwork/qsslconfiguration.h>
#endif

#include <algorithm>
#include <limits>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>

namespace QRepod {

//! What the owner of a connection can set. Sizes are in bytes, times in milliseconds.
struct ConnectionSettings
{
    MessageLimits message;
    qint64 receiveBacklog = 64 * 1024 * 1024; ///< received and not yet pumped
    qint64 sendBacklog = 64 * 1024 * 1024;    ///< sent and not yet written
    int sendOverrun = 1;         ///< multiple of the backlog, for a peer that takes some of it
    qint64 readSize = 64 * 1024; ///< read at once, and so one batch: few locks and wake-ups
    int messageRate = 0;         ///< received messages per second; 0: no limit
    int connectTimeout = 10'000; ///< including the TLS handshake
    int closeTimeout = 3'000;
    int heartbeatInterval = 5'000; ///< 0: none
    int idleTimeout = 15'000;      ///< 0: none
    int frameTimeout = 30'000;     ///< 0: none
    int stallTimeout = 0;          ///< 0: none
    QUrl url = {};                 ///< of a client that connects by URL
    QString peerVerifyName = {};   ///< name in the server's certificate; empty: the host
#if QT_CONFIG(ssl)
    std::optional<QSslConfiguration> tls; ///< unset: plain TCP
#endif

    //! The most that fits a frame header and this machine's memory.
    static constexpr qint64 greatestFrameSize =
        std::min<qint64>(std::numeric_limits<quint32>::max(),
                         std::numeric_limits<qsizetype>::max() - frameHeaderSize);

    //! Moves each value that is out of bounds to the nearest bound.
    void clamp()
    {
        message.frameSize = std::clamp<qint64>(message.frameSize, 1, greatestFrameSize);
        message.depth = std::clamp(message.depth, 1, MessageLimits::maximumDepth);
        message.values = std::max(1, message.values);
        receiveBacklog = std::max<qint64>(1, receiveBacklog);
        sendBacklog = std::max<qint64>(1, sendBacklog);
        messageRate = std::max(0, messageRate);
        connectTimeout = std::max(1, connectTimeout);
        closeTimeout = std::max(0, closeTimeout);
        heartbeatInterval = std::max(0, heartbeatInterval);
        idleTimeout = std::max(0, idleTimeout);
        frameTimeout = std::max(0, frameTimeout);
        stallTimeout = std::max(0, stallTimeout);
    }

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

//! Settings that any thread may read and write: ConnectionSettings, or a struct derived from it.
template <class Settings>
class SharedSettings
{
public:
    Settings snapshot() const
    {
        const std::lock_guard lock(m_mutex);
        return m_settings;
    }

    //! Calls `change(Settings &)`, and clamps the result.
    template <class Change>
    void update(Change change)
    {
        const std::lock_guard lock(m_mutex);
        change(m_settings);
        m_settings.clamp();
    }

    //! Sets one of the settings. \return whether its value has changed.
    template <class Part, class T>
    bool set(T Part::*setting, std::type_identity_t<T> value)
    {
        bool isAnother = false;
        update([&](Settings &settings) {
            T &place = part<Part>(settings).*setting;
            const T old = std::exchange(place, value);
            settings.clamp();
            isAnother = place != old;
        });
        return isAnother;
    }

private:
    template <class Part>
    static Part &part(Settings &settings)
    {
        if constexpr (std::is_same_v<Part, MessageLimits>)
            return settings.message;
        else
            return settings;
    }

    mutable std::mutex m_mutex; // guards m_settings
    Settings m_settings;
};

} // namespace QRepod
