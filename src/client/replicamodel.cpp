// SPDX-License-Identifier: MIT
#include <QRepod/replicamodel.h>

#include "client/connectionlistenerprivate.h"
#include "state/replicas.h"

#include <QtCore/qpointer.h>

namespace QRepod {

class Q_DECL_HIDDEN ReplicaModel::Private final : public ReplicaObserver, public RowsObserver
{
public:
    Private(ReplicaModel *model, ConnectionListener *listener, const QString &replicaName)
        : q(model)
        , name(replicaName)
        , state(listener ? ConnectionListener::Private::get(listener)->replicaState(replicaName)
                         : std::make_shared<ReplicaState>())
    {
        state->observers.add(this);
        state->rows.observers.add(this);
        numberRoles();
    }
    virtual ~Private()
    {
        state->observers.remove(this);
        state->rows.observers.remove(this);
    }
    Q_DISABLE_COPY_MOVE(Private)

    void changed(const QStringList &) override { }
    void readyChanged() override;

    void beginInsert(int first, int last) override { q->beginInsertRows({}, first, last); }
    void endInsert() override { end(&ReplicaModel::endInsertRows); }
    void beginRemove(int first, int last) override { q->beginRemoveRows({}, first, last); }
    void endRemove() override { end(&ReplicaModel::endRemoveRows); }
    void beginMove(int first, int last, int to) override
    {
        q->beginMoveRows({}, first, last, {}, to);
    }
    void endMove() override { q->endMoveRows(); }
    void beginReset() override { q->beginResetModel(); }
    void endReset() override
    {
        numberRoles();
        end(&ReplicaModel::endResetModel);
    }
    void changed(int row, const QList<int> &places) override;

    ReplicaModel *const q;
    const QString name;
    const std::shared_ptr<ReplicaState> state;
    QList<int> roleNumbers; ///< by place

private:
    void numberRoles();

    //! Ends a change of the number of rows.
    void end(void (ReplicaModel::*function)())
    {
        const QPointer<ReplicaModel> model(q);
        (q->*function)();
        if (model)
            Q_EMIT q->countChanged();
    }
};

void ReplicaModel::Private::readyChanged()
{
    const QPointer<ReplicaModel> model(q);
    Q_EMIT q->readyChanged();
    if (model && q->isReady())
        Q_EMIT q->ready();
}

void ReplicaModel::Private::changed(int row, const QList<int> &places)
{
    QList<int> numbers;
    for (const int place : places)
        numbers.append(roleNumbers[place]);
    const QModelIndex index = q->index(row);
    Q_EMIT q->dataChanged(index, index, numbers);
}

//! A role with the name of one of Qt's own roles gets Qt's number.
void ReplicaModel::Private::numberRoles()
{
    const QHash<int, QByteArray> known = q->QAbstractListModel::roleNames();
    roleNumbers.clear();
    for (const QString &role : state->rows.roles())
        roleNumbers.append(known.key(role.toUtf8(), Qt::UserRole + int(roleNumbers.size())));
}

ReplicaModel::ReplicaModel(ConnectionListener *listener, const QString &name, QObject *parent)
    : QAbstractListModel(parent)
    , d(std::make_unique<Private>(this, listener, name))
{
}

ReplicaModel::~ReplicaModel() = default;

QString ReplicaModel::name() const
{
    return d->name;
}

bool ReplicaModel::isReady() const
{
    return d->state->kind == ReplicaState::Kind::Model;
}

int ReplicaModel::count() const
{
    return d->state->rows.count();
}

QVariantMap ReplicaModel::get(int row) const
{
    QVariantMap values;
    if (row < 0 || row >= count())
        return values;
    const QStringList &roles = d->state->rows.roles();
    for (int place = 0; place < int(roles.size()); ++place)
        values.insert(roles[place], d->state->rows.value(row, place));
    return values;
}

int ReplicaModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : count();
}

QVariant ReplicaModel::data(const QModelIndex &index, int role) const
{
    const qsizetype place = d->roleNumbers.indexOf(role);
    if (place < 0 || !checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    return d->state->rows.value(index.row(), int(place));
}

QHash<int, QByteArray> ReplicaModel::roleNames() const
{
    QHash<int, QByteArray> names;
    for (qsizetype place = 0; place < d->roleNumbers.size(); ++place)
        names.insert(d->roleNumbers[place], d->state->rows.roles()[place].toUtf8());
    return names;
}

} // namespace QRepod
