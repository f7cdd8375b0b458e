// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/qrepod_global.h>

#include <QtCore/qabstractitemmodel.h>

#include <memory>

namespace QRepod {

class ConnectionListener;

//! The client's copy of a model that the server shares; see Room::share().
///
/// \code
/// QRepod::ReplicaModel players(&game, "players");
/// view.setModel(&players);
/// \endcode
///
/// Rows are inserted, removed, moved and changed as they are on the server. The roles have the
/// names of the server's roles, but perhaps other numbers; a role with the name of one of Qt's own,
/// such as `display`, has Qt's number. The rows change inside ConnectionListener::pump(), in the
/// listener's thread, which must also be the model's.
///
/// A model may be created and destroyed at any time: one created late has the current rows at once.
class QREPOD_EXPORT ReplicaModel : public QAbstractListModel
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ReplicaModel)
    Q_PROPERTY(QString name READ name CONSTANT)
    Q_PROPERTY(bool isReady READ isReady NOTIFY readyChanged)
    Q_PROPERTY(int count READ count NOTIFY countChanged)

public:
    class Private; ///< the library's implementation

    //! Follows what the server of \a listener shares as \a name. Either object may be deleted
    //! first.
    ReplicaModel(ConnectionListener *listener, const QString &name, QObject *parent = nullptr);
    ~ReplicaModel() override;

    QString name() const;

    //! Whether all rows have arrived. It becomes false when the connection ends and when the model
    //! is no longer shared; the rows stay.
    bool isReady() const;

    int count() const;

    //! The values of \a row by role; empty if there is no such row.
    Q_INVOKABLE QVariantMap get(int row) const;

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QHash<int, QByteArray> roleNames() const override;

Q_SIGNALS:
    //! All rows have arrived, for the first time or again.
    void ready();

    void readyChanged();
    void countChanged();

private:
    const std::unique_ptr<Private> d;
};

} // namespace QRepod
