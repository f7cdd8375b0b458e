// SPDX-License-Identifier: MIT
#pragma once

#include "qmlchannel.h"

#include <QtCore/qabstractitemmodel.h>
#include <QtCore/qlist.h>
#include <QtQml/qqmlregistration.h>

namespace QRepod {

//! The QML type ChannelModel: the clients that are connected to a Server, in order of joining.
///
/// A model with one role, `channel`, for ListView, Repeater and Instantiator:
///
/// \code
/// Repeater {
///     model: server.channels
///     delegate: Text {
///         required property Channel channel
///         text: channel.address
///     }
/// }
/// \endcode
class ChannelModel : public QAbstractListModel
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("It is the property `channels` of a Server.")

    Q_PROPERTY(int count READ count NOTIFY countChanged FINAL)

public:
    enum Role { ChannelRole = Qt::UserRole };

    using QAbstractListModel::QAbstractListModel;

    int count() const { return int(m_channels.size()); }

    //! The channel at \a index; null if there is none.
    Q_INVOKABLE QRepod::QmlChannel *get(int index) const;

    void append(QmlChannel *channel);
    void remove(QmlChannel *channel);
    void clear();

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

Q_SIGNALS:
    void countChanged();

private:
    QList<QmlChannel *> m_channels;
};

} // namespace QRepod
