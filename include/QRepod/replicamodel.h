// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/qrepod_global.h>

#include <QtCore/qabstractitemmodel.h>

#include <memory>

namespace QRepod {

class ConnectionListener;

//! At a client, the rows of a model that the server shares; see Room::share().
///
/// \code
/// QRepod::ReplicaModel players(&game, "players");
/// view.setModel(&players);
/// \endcode
///
/// Rows are inserted, removed, moved and changed as they are on the server. It has the roles of the
/// server's model, by name; their numbers may be others. A role with a name that Qt gives to one of
/// its own, such as `display`, has Qt's number. The rows change inside of
/// ConnectionListener::pump(), in the listener's thread, where this lives too.
///
/// It may be made and destroyed at any time: what has come before is there at once.
class QREPOD_EXPORT ReplicaModel : public QAbstractListModel
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ReplicaModel)
    Q_PROPERTY(QString name READ name CONSTANT)
    Q_PROPERTY(bool isReady READ isReady NOTIFY readyChanged)
    Q_PROPERTY(int count READ count NOTIFY countChanged)

public:
    class Private; ///< the library's own part

    //! Follows what the server of \a listener shares as \a name. Either may go first.
    ReplicaModel(ConnectionListener *listener, const QString &name, QObject *parent = nullptr);
    ~ReplicaModel() override;

    QString name() const;

    //! Whether everything has come. False until then, after the connection has ended, and when the
    //! model is not shared any more; the rows stay as they were.
    bool isReady() const;

    int count() const;

    //! The values of \a row by role; empty if there is no such row.
    Q_INVOKABLE QVariantMap get(int row) const;

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QHash<int, QByteArray> roleNames() const override;

Q_SIGNALS:
    //! Everything has come, for the first time or again.
    void ready();

    void readyChanged();
    void countChanged();

private:
    const std::unique_ptr<Private> d;
};

} // namespace QRepod
