# Doorkeeper on Rails: its own token and revocation endpoints for a public client, and an API with its tokens.

require "logger"
require "action_controller/railtie"
require "active_record/railtie"
require "doorkeeper"
require "json"
require "puma"
require "securerandom"

# In the folder that this process was started in.
ENV["DATABASE_URL"] = "sqlite3:db?timeout=30000"
$seen = { refreshes: 0 }

class Shop < Rails::Application
  config.root = Dir.pwd
  config.eager_load = false
  config.secret_key_base = SecureRandom.hex(32)
  config.logger = Logger.new(nil)
  config.hosts << "127.0.0.1"
  # No errors as pages for developers, but as in production.
  config.consider_all_requests_local = false
end

Doorkeeper.configure do
  orm :active_record
  base_controller "ActionController::Base"
  grant_flows %w[password]
  resource_owner_from_credentials { User.find_by(name: params[:username]) if params[:password] == "secret" }
  access_token_expires_in 60
  use_refresh_token
end
Shop.initialize!

ActiveRecord::Migration.verbose = false
ActiveRecord::Schema.define do
  create_table(:users) { |t| t.string :name }
  create_table :oauth_applications do |t|
    t.string :name, :uid, :secret, null: false
    t.text :redirect_uri, null: false
    t.string :scopes, null: false, default: ""
    t.boolean :confidential, null: false, default: true
    t.timestamps
  end
  create_table :oauth_access_tokens do |t|
    t.references :resource_owner, :application
    t.string :token, null: false, index: { unique: true }
    t.string :refresh_token, index: { unique: true }
    t.integer :expires_in
    t.datetime :revoked_at
    t.datetime :created_at, null: false
    t.string :scopes
    # As its generator has it. With this column, a spent token stays good until the new access token is used.
    t.string :previous_refresh_token, null: false, default: ""
  end
end

class User < ActiveRecord::Base; end

class MeController < ActionController::API
  before_action :doorkeeper_authorize!

  def show
    render json: { user: User.find(doorkeeper_token.resource_owner_id).name }
  end
end

Shop.routes.draw do
  use_doorkeeper { skip_controllers :applications, :authorized_applications, :authorizations }
  get "/api/me", to: "me#show"
end

User.create!(name: "ada")
Doorkeeper::Application.create!(name: "Shop", uid: "spa", redirect_uri: "https://app.test/", confidential: false)

Token = Doorkeeper::AccessToken
ANSWERS = {
  "look" => lambda {
    spent = Token.where.not(revoked_at: nil).order(:revoked_at).last
    { **$seen, sessions: Token.where(revoked_at: nil).count, spent: spent&.refresh_token }
  },
  # Its lifetime goes on to the next one: the token is as old as it looks.
  "expire" => -> { Token.update_all(created_at: 2.minutes.ago) },
  "end" => -> { Token.where(revoked_at: nil).update_all(revoked_at: Time.now.utc) }
}.freeze

counting = lambda do |env|
  request = Rack::Request.new(env)
  $seen[:refreshes] += 1 if request.post? && request.params["grant_type"] == "refresh_token"
  # Puma would let its thread wait for more on a connection that is kept, while other ones wait for the thread.
  env["HTTP_CONNECTION"] = "close"
  Shop.call(env)
end

# One thread: while one waits for another one's lock, this SQLite lets no other Ruby run, so the lock would last.
server = Puma::Server.new(counting, Puma::Events.null, min_threads: 1, max_threads: 1)
port = server.add_tcp_listener("127.0.0.1", 0).addr[1]
server.run
$stdout.sync = true
puts "listening on #{port}"
$stdin.each_line { |line| puts ANSWERS.fetch(line.strip).call.to_json }
# Tests that are cut short stop nothing, but their end of the pipe closes.
exit!
