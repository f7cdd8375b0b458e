// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/Test/FaultProxy>

#include <QtCore/QRandomGenerator>
#include <QtCore/QString>

//! The faults of one connection, and how it ends.
struct Plan
{
    enum class Ending {
        ClientClose,
        ServerClose,
        Reconnect, ///< the client connects again while it is connected
        Destruction,
        Cut,
        Reset,
        HalfClose,
        Corruption,
    };

    Ending ending = Ending::ClientClose;
    QRepod::Direction direction = QRepod::Direction::ToServer; ///< for Cut, HalfClose, Corruption
    qint64 offset = 0;                                         ///< for Cut and Corruption
    quint8 mask = 0;                                           ///< for Corruption

    int latency = 0;
    int jitter = 0;
    int chunkSize = 0;
    qint64 bandwidth = 0;
    bool stalls = false;
    bool isWebSocket = false; ///< the client uses the server's gate

    int duration = 0;    ///< how long to send, in milliseconds
    int interval = 0;    ///< between bursts, in milliseconds
    int burst = 0;       ///< the most messages at once
    int maximumBody = 0; ///< bytes

    static Plan random(QRandomGenerator &random);
    void applyTo(QRepod::FaultProxy &proxy) const;
    QString toString() const;

    bool isCorrupted(QRepod::Direction in) const
    {
        return ending == Ending::Corruption && direction == in;
    }

    //! Whether everything that is sent in a direction must arrive.
    bool isComplete(QRepod::Direction in) const
    {
        if (in == QRepod::Direction::ToServer)
            return ending == Ending::ClientClose || ending == Ending::Reconnect;
        return ending == Ending::ServerClose;
    }

    //! Whether the connection may fail before it is up: a handshake is long enough to be damaged.
    bool mayFailToConnect() const { return isWebSocket && !mustEndCleanly(); }

    //! Whether a connection with this plan must end without an error.
    bool mustEndCleanly() const
    {
        return ending == Ending::ClientClose || ending == Ending::ServerClose
            || ending == Ending::Reconnect;
    }
};
