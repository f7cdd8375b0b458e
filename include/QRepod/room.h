// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/channel.h>
#include <QRepod/iftext.h>
#include <QRepod/qrepod_global.h>

#include <QtCore/qlist.h>
#include <QtCore/qobject.h>
#include <QtCore/qvariant.h>

#include <memory>

namespace QRepod {

class Server;

//! Clients of a server that are sent to together.
///
/// Server::everyone() is the room that every client is in. A room lives in the thread that the
/// server works in; its functions may be called from any thread.
class QREPOD_EXPORT Room : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Room)
    Q_PROPERTY(QString name READ name CONSTANT)

public:
    class Private; ///< the library's own part

    explicit Room(QObject *parent = nullptr);
    ~Room() override;

    //! The name it was opened with; that of Server::everyone() is empty.
    QString name() const;

    //! The server it belongs to; nullptr inside the constructor.
    Server *server() const;

    //! Who is in it, in the order of joining. A channel lives on only in the server's thread.
    QList<Channel *> channels() const;

    //! Sends \a message to everyone in the room, but not to \a except. It is encoded once.
    ///
    /// A message without `action`, or with a value that cannot be encoded, is sent to nobody, with
    /// a warning. For all that are in the room, messages from several threads come in the same
    /// order.
    Q_INVOKABLE void sendToAll(const QVariantMap &message, QRepod::Channel *except = nullptr);

    //! Sends \a fields with `action` set to \a action.
    Q_INVOKABLE void sendToAll(const QString &action, const QVariantMap &fields,
                               QRepod::Channel *except = nullptr);

    //! Sends a message that is nothing but its \a action: `sendToAll("tick")`.
    template <class Text, IfText<Text> = true>
    void sendToAll(const Text &action)
    {
        sendToAll(QString(action), QVariantMap());
    }

private:
    std::unique_ptr<Private> d;
};

} // namespace QRepod
