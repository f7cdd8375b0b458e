// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/Test/direction.h>
#include <QRepod/Test/qrepod_test_global.h>

#include <QtCore/qstring.h>

#include <memory>

namespace QRepod {

class FaultProxyPrivate;

//! A bad network: forwards TCP connections to a server, with the faults that a test asks for.
///
/// It listens on a free port of 127.0.0.1 from its construction on, and works on its own thread.
/// Every function may be called from any thread and at any time, also while connections are open;
/// it has taken effect when it returns. Faults apply to open and to later connections until they
/// are cleared. A QCoreApplication must exist.
///
/// Without faults the proxy is transparent, with two exceptions: an end that closes only its
/// sending half gets nothing more either, and a reset by one end reaches the other as a close.
///
/// \code
/// QRepod::FaultProxy network(server.port());
/// network.setChunkSize(1);
/// network.setLatency(40);
/// client.connect("127.0.0.1", network.port());
/// …
/// network.reset(); // as a router does that has forgotten the connection
/// QVERIFY(QRepod::MessageSpy(&client, "error").wait());
/// \endcode
class QREPOD_TEST_EXPORT FaultProxy
{
    Q_DISABLE_COPY_MOVE(FaultProxy)

public:
    //! Forwards to \a targetPort of \a targetHost. The same \a seed gives the same random choices.
    explicit FaultProxy(quint16 targetPort, quint32 seed = 1,
                        const QString &targetHost = QStringLiteral("127.0.0.1"));

    //! Resets the open connections.
    ~FaultProxy();

    //! The port that clients connect to.
    quint16 port() const;

    quint32 seed() const;

    /// \name Timing
    /// @{

    //! How long every byte is delayed, in milliseconds. Default 0.
    void setLatency(int milliseconds, Directions directions = bothDirections);

    //! The largest additional delay, in milliseconds, chosen at random for each piece that arrives.
    //! Bytes stay in order. Default 0.
    void setJitter(int milliseconds, Directions directions = bothDirections);

    //! The bandwidth, in bytes per second; 0, the default: no limit.
    void setBandwidth(qint64 bytesPerSecond, Directions directions = bothDirections);

    //! Forwards at most \a bytes at a time, each piece written separately; 0, the default: as they
    //! come.
    ///
    /// The receiver's system may merge pieces that closely follow each other.
    void setChunkSize(int bytes, Directions directions = bothDirections);

    //! Stops all traffic, even a close, so that the sender's buffers fill: a cut cable.
    void stall(Directions directions = bothDirections);

    //! Ends a stall. Nothing has been lost.
    void resume(Directions directions = bothDirections);
    /// @}

    /// \name Damage
    /// @{

    //! Inverts the bits of \a mask in the byte at \a offset, from 0, of each connection's stream.
    ///
    /// May be called for several offsets. Bytes that have already passed stay unchanged.
    void corrupt(qint64 offset, Directions directions = bothDirections, quint8 mask = 0xff);

    //! Closes both ends of each connection as soon as \a bytes have passed; -1, the default: never.
    ///
    /// A connection on which as many have already passed is closed at once.
    void cutAfter(qint64 bytes, Directions directions = bothDirections);

    //! Ends each connection after a random number of bytes, less than \a bytes; 0, the default:
    //! never. The seed decides the number, and whether the connection is closed or reset.
    ///
    /// With it, cutAfter() has no effect.
    void cutWithin(qint64 bytes, Directions directions = bothDirections);
    /// @}

    //! Clears all of the above.
    void clearFaults();

    /// \name Ending open connections
    /// @{

    //! Tells the receivers of \a directions that nothing more comes; the other direction stays
    //! open.
    void halfClose(Directions directions);

    //! Resets both ends, like a router that has forgotten the connection.
    void reset();

    //! Resets both ends, and for \a milliseconds also every new connection: a line that is down for
    //! a while. Returns at once.
    void interrupt(int milliseconds);
    /// @}

    /// \name Figures
    /// @{

    //! How many connections there have been.
    int connectionCount() const;

    //! How many connections are open now, including those that are closing.
    int openConnectionCount() const;

    //! How many bytes have passed in \a directions, over all connections.
    qint64 bytesForwarded(Directions directions = bothDirections) const;
    /// @}

private:
    std::unique_ptr<FaultProxyPrivate> d;
};

} // namespace QRepod
