// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/ConnectionListener>
#include <QRepod/ReplicaModel>

#include <QtCore/qidentityproxymodel.h>
#include <QtCore/qpointer.h>
#include <QtQml/qqmlparserstatus.h>
#include <QtQml/qqmlregistration.h>

#include <memory>

namespace QRepod {

//! The QML type ReplicaModel: the rows of a model that the server shares, for views.
///
/// \code
/// ListView {
///     model: ReplicaModel {
///         listener: game
///         name: "players"
///     }
///     delegate: Text {
///         required property string nickname
///         text: nickname
///     }
/// }
/// \endcode
class QmlReplicaModel : public QIdentityProxyModel, public QQmlParserStatus
{
    Q_OBJECT
    Q_INTERFACES(QQmlParserStatus)
    QML_NAMED_ELEMENT(ReplicaModel)

    //! The client whose server shares the model.
    Q_PROPERTY(QRepod::ConnectionListener *listener READ listener WRITE setListener NOTIFY
                   listenerChanged FINAL)

    //! The name under which the server shares the model.
    Q_PROPERTY(QString name READ name WRITE setName NOTIFY nameChanged FINAL)

    //! Whether all rows have arrived. False until then, after the connection has ended, and when
    //! the model is no longer shared; the rows stay as they were.
    Q_PROPERTY(bool isReady READ isReady NOTIFY readyChanged FINAL)

    Q_PROPERTY(int count READ count NOTIFY countChanged FINAL)

public:
    using QIdentityProxyModel::QIdentityProxyModel;

    ConnectionListener *listener() const { return m_listener; }
    void setListener(ConnectionListener *listener);

    QString name() const { return m_name; }
    void setName(const QString &name);

    bool isReady() const { return m_replica && m_replica->isReady(); }
    int count() const { return m_replica ? m_replica->count() : 0; }

    //! Returns the values of \a row by role; nothing if there is no such row.
    Q_INVOKABLE QVariantMap get(int row) const;

    void classBegin() override { m_isComplete = false; }
    void componentComplete() override;

Q_SIGNALS:
    //! All rows have arrived, for the first time or again.
    void ready();

    void listenerChanged();
    void nameChanged();
    void readyChanged();
    void countChanged();

private:
    void follow();

    QPointer<ConnectionListener> m_listener;
    QString m_name;
    std::unique_ptr<ReplicaModel> m_replica; // once listener and name are set
    bool m_isComplete = true;                // false between classBegin() and componentComplete()
};

} // namespace QRepod
