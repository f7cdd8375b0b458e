// SPDX-License-Identifier: MIT
#include <QRepod/replica.h>

#include "client/connectionlistenerprivate.h"
#include "dispatch/converters.h"
#include "dispatch/memory.h"
#include "state/replicas.h"

#include <QtCore/qloggingcategory.h>
#include <QtCore/qmetaobject.h>
#include <QtCore/qpointer.h>
#include <QtCore/qset.h>

namespace QRepod {

Q_DECLARE_LOGGING_CATEGORY(stateLog)

class Q_DECL_HIDDEN Replica::Private final : public ReplicaObserver
{
public:
    Private(Replica *replica, ConnectionListener *listener, const QString &replicaName)
        : q(replica)
        , name(replicaName)
        , state(listener ? ConnectionListener::Private::get(listener)->replicaState(replicaName)
                         : std::make_shared<ReplicaState>())
    {
        state->observers.add(this);
    }
    virtual ~Private() { state->observers.remove(this); }
    Q_DISABLE_COPY_MOVE(Private)

    void changed(const QStringList &names) override;
    void readyChanged() override;

    void assign(const QString &property, const QVariant &value);

    Replica *const q;
    const QString name;
    const std::shared_ptr<ReplicaState> state;
    QPointer<QObject> target;
    Converters converters;
    QSet<QString> misfits; // properties of the target that a warning has named
};

void Replica::Private::changed(const QStringList &names)
{
    const QPointer<Replica> replica(q);
    const QVariantMap values = state->values.values();
    for (const QString &property : names) {
        if (replica && target)
            assign(property, values.value(property));
    }
    if (replica)
        Q_EMIT q->valuesChanged();
    for (const QString &property : names) {
        if (replica)
            Q_EMIT q->valueChanged(property, values.value(property));
    }
}

void Replica::Private::readyChanged()
{
    const QPointer<Replica> replica(q);
    Q_EMIT q->readyChanged();
    if (replica && q->isReady())
        Q_EMIT q->ready();
}

//! Sets the target's property of this name, if it has one that can be set.
void Replica::Private::assign(const QString &property, const QVariant &value)
{
    const QMetaObject *const type = target->metaObject();
    const QMetaProperty place = type->property(type->indexOfProperty(property.toUtf8()));
    if (!place.isWritable() || !value.isValid())
        return;
    const QMetaType placeType = place.metaType();
    if (placeType.id() == QMetaType::QVariant) {
        place.write(target, value);
        return;
    }
    const Converter *const converter = converters.find(placeType);
    if (converter && isConstructible(placeType)) {
        LocalObject object(placeType);
        if (converter->convert(Value(value), object.data())) {
            place.write(target, QVariant(placeType, object.data()));
            return;
        }
    }
    if (!misfits.contains(property)) {
        misfits.insert(property);
        qCWarning(stateLog).noquote() << name + u'.' + property << "is" << Value(value).describe()
                                      << "which does not fit the target's" << placeType.name();
    }
}

Replica::Replica(ConnectionListener *listener, const QString &name, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(this, listener, name))
{
}

Replica::~Replica() = default;

QString Replica::name() const
{
    return d->name;
}

bool Replica::isReady() const
{
    return d->state->kind == ReplicaState::Kind::Object;
}

QVariantMap Replica::values() const
{
    return d->state->values.values();
}

QVariant Replica::value(const QString &property) const
{
    return d->state->values.values().value(property);
}

void Replica::setTarget(QObject *target)
{
    d->target = target;
    d->misfits.clear();
    const QPointer<Replica> alive(this);
    const QVariantMap all = values();
    for (auto it = all.cbegin(); it != all.cend(); ++it) {
        if (alive && d->target)
            d->assign(it.key(), it.value());
    }
}

QObject *Replica::target() const
{
    return d->target;
}

} // namespace QRepod
