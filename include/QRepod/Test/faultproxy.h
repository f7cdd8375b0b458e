// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/Test/direction.h>
#include <QRepod/Test/qrepod_test_global.h>

#include <QtCore/qstring.h>

#include <memory>

namespace QRepod {

class FaultProxyPrivate;

//! A bad network: passes TCP connections on to a server, with the faults that a test asks for.
///
/// It listens on a free port of 127.0.0.1 when it is built and works on a thread of its own. Every
/// function may be called from any thread and at any time, also while connections are open; it has
/// taken effect when it returns. Faults hold for the connections that are open and for those to
/// come, until they are taken back. A QCoreApplication must exist.
///
/// Without faults it is transparent, but for one thing: an end that closes only its sending half
/// gets nothing more either, and a reset by one end reaches the other as a close.
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
    //! Passes on to \a targetPort of \a targetHost. With the same \a seed, what is drawn is the
    //! same again.
    explicit FaultProxy(quint16 targetPort, quint32 seed = 1,
                        const QString &targetHost = QStringLiteral("127.0.0.1"));

    //! Resets the connections that are open.
    ~FaultProxy();

    //! The port that clients connect to.
    quint16 port() const;

    quint32 seed() const;

    /// \name Timing
    /// @{

    //! How long every byte is on its way, in milliseconds. Default 0.
    void setLatency(int milliseconds, Directions directions = bothDirections);

    //! How much longer, at most, in milliseconds; drawn anew for each piece that arrives. Order is
    //! kept. Default 0.
    void setJitter(int milliseconds, Directions directions = bothDirections);

    //! How much passes at most, in bytes per second; 0, the default, sets no limit.
    void setBandwidth(qint64 bytesPerSecond, Directions directions = bothDirections);

    //! Passes on at most \a bytes at a time, each written on its own; 0, the default, as they come.
    ///
    /// The receiver's system may put pieces together that follow each other closely.
    void setChunkSize(int bytes, Directions directions = bothDirections);

    //! Nothing passes any more, not even a close, and the sender fills its buffers: a cable that is
    //! cut.
    void stall(Directions directions = bothDirections);

    //! Ends a stall. Nothing has been lost.
    void resume(Directions directions = bothDirections);
    /// @}

    /// \name Damage
    /// @{

    //! Inverts the bits of \a mask in the byte at \a offset of each connection's stream, from 0.
    ///
    /// May be given for several offsets. What has passed already stays as it was.
    void corrupt(qint64 offset, Directions directions = bothDirections, quint8 mask = 0xff);

    //! Closes each connection, both ends of it, as soon as \a bytes have passed; -1, the default,
    //! never.
    ///
    /// One on which as many have passed already is closed at once.
    void cutAfter(qint64 bytes, Directions directions = bothDirections);

    //! Ends each connection at a random moment: as soon as some number of bytes, less than \a
    //! bytes, has passed. It is closed or reset, as the seed has it. 0, the default: never.
    ///
    /// With it, cutAfter() has no effect.
    void cutWithin(qint64 bytes, Directions directions = bothDirections);
    /// @}

    //! Takes all of the above back.
    void clearFaults();

    /// \name Ending the connections that are open
    /// @{

    //! Tells the receivers of \a directions that nothing more comes; the other way stays open.
    void halfClose(Directions directions);

    //! Resets both ends, as a router that has forgotten the connection does.
    void reset();

    //! The same, and for so many milliseconds those who connect are reset, too: a line that is gone
    //! for a while. It returns at once.
    void interrupt(int milliseconds);
    /// @}

    /// \name Figures
    /// @{

    //! How many connections there have been.
    int connectionCount() const;

    //! How many are open now, those that are closing included.
    int openConnectionCount() const;

    //! How many bytes have passed in \a directions, over all connections.
    qint64 bytesForwarded(Directions directions = bothDirections) const;
    /// @}

private:
    std::unique_ptr<FaultProxyPrivate> d;
};

} // namespace QRepod
