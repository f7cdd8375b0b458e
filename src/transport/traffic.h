// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qglobal.h>
#include <QtNetwork/qtnetworkglobal.h>
#if QT_CONFIG(ssl)
#    include <QtNetwork/qsslcertificate.h>
#endif

#include <atomic>
#include <optional>

namespace QRepod {

//! What only the connection sees of its peer and its traffic. Written in its thread, read in any.
struct Traffic
{
    std::atomic<qint64> bytesReceived = 0;
    std::atomic<qint64> framesSkipped = 0;
    std::atomic<qint64> roundTripTime = -1; ///< microseconds; -1: not known

#if QT_CONFIG(ssl)
    //! Nothing if the peer presented none, or is not connected yet.
    std::optional<QSslCertificate> peerCertificate() const
    {
        return m_hasPeerCertificate ? m_peerCertificate : std::nullopt;
    }

    //! Call it once, when the peer is connected.
    void setPeerCertificate(const std::optional<QSslCertificate> &certificate)
    {
        m_peerCertificate = certificate;
        m_hasPeerCertificate = certificate.has_value();
    }

private:
    std::atomic<bool> m_hasPeerCertificate = false; // publishes the next, which then stays
    std::optional<QSslCertificate> m_peerCertificate;
#endif
};

} // namespace QRepod
