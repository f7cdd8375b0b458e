// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/Test/direction.h>
#include <QRepod/Test/qrepod_test_global.h>

#include <QtCore/qlist.h>
#include <QtCore/qvariant.h>

#include <memory>

namespace QRepod {

class ReplayPrivate;

//! Is the server of a session that a Recorder has written: a bug report becomes a test.
///
/// It listens on a free port of 127.0.0.1 when it is built and works on a thread of its own. The
/// client that connects first gets what the server sent on the first recorded connection, the next
/// one the second, and after the last the first again. What clients send is read and dropped. A
/// connection that the server had closed is closed; any other stays open until the client goes. Its
/// functions may be called from any thread. A QCoreApplication must exist.
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
        Recorded, ///< each frame as long after the connection was made as it was then
        Full,     ///< as fast as the client takes them
    };

    //! Serves the recording in the file \a fileName.
    explicit Replay(const QString &fileName, Speed speed = Speed::Recorded);

    //! Closes the connections that are open.
    ~Replay();

    //! Whether the recording could be read and has a connection in it.
    bool isValid() const;

    //! What is wrong with the recording; empty if nothing is.
    QString errorString() const;

    //! The port that clients connect to; 0 if the recording is not valid.
    quint16 port() const;

    //! How many connections have been recorded.
    int connectionCount() const;

    //! The messages recorded on one connection in \a direction, in order; heartbeats left out.
    QList<QVariantMap> messages(Direction direction, int connection = 0) const;

private:
    std::unique_ptr<ReplayPrivate> d;
};

} // namespace QRepod
