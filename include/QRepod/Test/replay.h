// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/Test/direction.h>
#include <QRepod/Test/qrepod_test_global.h>

#include <QtCore/qlist.h>
#include <QtCore/qvariant.h>

#include <memory>

namespace QRepod {

class ReplayPrivate;

//! Acts as the server of a session recorded by a Recorder: a bug report becomes a test.
///
/// It listens on a free port of 127.0.0.1 from its construction on, and works on its own thread.
/// The first client gets what the server sent on the first recorded connection, the next client the
/// second connection, and after the last it starts over. What clients send is read and dropped. If
/// the server had closed a connection, Replay closes it too; any other stays open until the client
/// leaves. Functions may be called from any thread. A QCoreApplication must exist.
///
/// \code
/// QRepod::Replay replay("match.qrepod", QRepod::Replay::Speed::Full);
/// QVERIFY2(replay.isValid(), qPrintable(replay.errorString()));
/// client.connect("127.0.0.1", replay.port());
/// QVERIFY(QRepod::pumpUntil(&client, [&] { return client.isGameOver(); }));
/// \endcode
class QREPOD_TEST_EXPORT Replay
{
    Q_DISABLE_COPY_MOVE(Replay)

public:
    enum class Speed {
        Recorded, ///< each frame as long after the connect as when it was recorded
        Full,     ///< as fast as the client takes them
    };

    //! Serves the recording in the file \a fileName.
    explicit Replay(const QString &fileName, Speed speed = Speed::Recorded);

    //! Closes the open connections.
    ~Replay();

    //! Whether the recording is readable and has a connection in it.
    bool isValid() const;

    //! What is wrong with the recording; empty if nothing is.
    QString errorString() const;

    //! The port that clients connect to; 0 if the recording is invalid.
    quint16 port() const;

    //! How many connections were recorded.
    int connectionCount() const;

    //! The messages recorded on one connection in \a direction, in order, without heartbeats.
    QList<QVariantMap> messages(Direction direction, int connection = 0) const;

private:
    std::unique_ptr<ReplayPrivate> d;
};

} // namespace QRepod
