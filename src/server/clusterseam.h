// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/qrepod_global.h>
#include <QRepod/server.h>

#include <QtCore/qbytearray.h>
#include <QtCore/qstring.h>

namespace QRepod {

class MetricsText;

//! The seam between a server and a cluster: all that the component Cluster uses of the core beside
//! its public interface.
///
/// From attach() on what a shared room sends goes to publish() as well. One cluster at a time.
class QREPOD_EXPORT ClusterSeam
{
public:
    ClusterSeam() = default;
    Q_DISABLE_COPY_MOVE(ClusterSeam)

    //! Makes it the cluster of \a server, whose everyone() is shared from now on. In the server's
    //! working thread, as detach().
    ///
    /// \return false if it has another one.
    bool attach(Server *server);

    //! When this returns, nobody is in a function of this any more. The caller has to do it before
    //! its own members go.
    void detach();

    //! Sends \a frame, whole with its header, to those who are in \a room on this node. In the
    //! server's working thread.
    static void deliver(Room *room, const QString &action, const QByteArray &frame, SendMode mode);

    //! The same for one client.
    static qint64 deliver(Channel *channel, const QString &action, const QByteArray &frame);

    //! A message as a frame, and as empty bytes, with a warning that names \a whom, if it cannot be
    //! sent.
    static QByteArray encode(Server *server, const QVariantMap &message, const QString &whom);

    //! The room \a room, which is shared, sends \a frame to all. Any thread; \a room is empty for
    //! everyone(). The caller holds the room's lock: messages are published in the order in which
    //! the room's own clients get them.
    virtual void publish(const QString &room, const QString &action, const QByteArray &frame,
                         SendMode mode) = 0;

    //! The server is being deleted: detach() has been called when this returns.
    virtual void serverEnds() = 0;

    //! Adds what the cluster counts. In the server's working thread.
    virtual void writeMetrics(MetricsText &text) const = 0;

protected:
    ~ClusterSeam() = default;

private:
    Server *m_server = nullptr;
};

} // namespace QRepod
