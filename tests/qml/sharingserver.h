// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/Channel>
#include <QRepod/Room>
#include <QRepod/Server>

#include <QtCore/qabstractitemmodel.h>
#include <QtCore/qobject.h>
#include <QtQml/qqmlregistration.h>

//! A server that shares what a test gives to it, in the room that everyone is in.
class SharingServer : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(int port READ port CONSTANT)

public:
    explicit SharingServer(QObject *parent = nullptr)
        : QObject(parent)
    {
        m_server.everyone()->setSyncInterval(0);
        m_server.listen(QStringLiteral("127.0.0.1"), 0);
    }

    int port() const { return m_server.port(); }

    Q_INVOKABLE void share(const QString &name, QObject *object)
    {
        m_server.everyone()->share(name, object);
    }
    //! A model whose rows are known by the role \a key.
    Q_INVOKABLE void shareRows(const QString &name, QObject *model, const QString &key)
    {
        m_server.everyone()->share(name, qobject_cast<QAbstractItemModel *>(model), key);
    }
    Q_INVOKABLE void unshare(const QString &name) { m_server.everyone()->unshare(name); }
    Q_INVOKABLE void sync() { m_server.everyone()->sync(); }
    Q_INVOKABLE void dropAll()
    {
        const QList<QRepod::Channel *> channels = m_server.channels();
        for (QRepod::Channel *const channel : channels)
            channel->close();
    }

private:
    QRepod::Server m_server;
};
