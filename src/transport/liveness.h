// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qglobal.h>

namespace QRepod {

//! Decides when a heartbeat is due, and when the peer counts as lost.
///
/// A value without a clock: it is told the time, in milliseconds, and what its connection knows.
///
/// A peer that sends heartbeats must be heard from. A peer that sends none, like plain repod, may
/// be silent, but its machine must acknowledge what is sent to it.
class Liveness
{
public:
    enum class Finding {
        Fine,
        HeartbeatDue,        ///< send a heartbeat
        PeerSilent,          ///< it used to send heartbeats, and has been silent for too long
        NothingAcknowledged, ///< its machine has not answered for too long
    };

    //! What the connection knows when it asks.
    struct Facts
    {
        qint64 sentNothingFor = 0;      ///< milliseconds
        qint64 unacknowledgedFor = 0;   ///< milliseconds, see Stream::unacknowledgedFor()
        bool hasSentHeartbeats = false; ///< the peer has
        bool isReading = true;          ///< false while this end does not listen
    };

    //! Both in milliseconds; 0 turns either off.
    Liveness(int heartbeatInterval, int idleTimeout)
        : m_heartbeatInterval(heartbeatInterval)
        , m_idleTimeout(idleTimeout)
    {
    }

    bool isOff() const { return m_heartbeatInterval <= 0 && m_idleTimeout <= 0; }

    //! The connection is open.
    void start(qint64 now) { m_heard = now; }

    //! Something has been received.
    void hear(qint64 now) { m_heard = now; }

    Finding check(qint64 now, const Facts &facts) const;

    //! The time until there may be something to find, in milliseconds.
    qint64 nextCheck(qint64 now, const Facts &facts) const;

private:
    int m_heartbeatInterval;
    int m_idleTimeout;
    qint64 m_heard = 0;
};

} // namespace QRepod
