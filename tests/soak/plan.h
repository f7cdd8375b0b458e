// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/Test/FaultProxy>

#include <QtCore/QRandomGenerator>
#include <QtCore/QString>

//! What one connection goes through, and how it ends.
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
    QRepod::Direction direction = QRepod::Direction::ToServer; ///< of Cut, HalfClose, Corruption
    qint64 offset = 0;                                         ///< of Cut and Corruption
    quint8 mask = 0;                                           ///< of Corruption

    int latency = 0;
    int jitter = 0;
    int chunkSize = 0;
    qint64 bandwidth = 0;
    bool stalls = false;
    bool isWebSocket = false; ///< it comes through the server's gate

    int duration = 0;    ///< of sending, in milliseconds
    int interval = 0;    ///< between bursts, likewise
    int burst = 0;       ///< messages at once, at most
    int maximumBody = 0; ///< bytes

    static Plan random(QRandomGenerator &random);
    void applyTo(QRepod::FaultProxy &proxy) const;
    QString toString() const;

    bool isCorrupted(QRepod::Direction in) const
    {
        return ending == Ending::Corruption && direction == in;
    }

    //! Whether everything that is sent in a direction must come.
    bool isComplete(QRepod::Direction in) const
    {
        if (in == QRepod::Direction::ToServer)
            return ending == Ending::ClientClose || ending == Ending::Reconnect;
        return ending == Ending::ServerClose;
    }

    //! Whether it may fail before it is up: a handshake is long enough to be damaged.
    bool mayFailToConnect() const { return isWebSocket && !isSound(); }

    //! Whether a connection of this plan may end without an error only.
    bool isSound() const
    {
        return ending == Ending::ClientClose || ending == Ending::ServerClose
            || ending == Ending::Reconnect;
    }
};
